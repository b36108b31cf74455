"""A client's opening hours: a weekly grid, dated exceptions, and a switch by hand.

A calendar is JSON::

    {
      "timezone": "Asia/Ulaanbaatar",
      "weekly": {"mon": ["09:00-13:00", "14:00-18:00"], "fri": ["22:00-06:00"]},
      "exceptions": [{"date": "2026-12-31", "hours": ["09:00-13:00"], "name": "…", "exit": "eve"}],
      "override": "closed"
    }

Hours are wall-clock times of the calendar's zone, the client's when it has none. A span that ends
before it begins reaches into the next day, and belongs to the day on which it begins; ``24:00`` is
the end of a day. An exception replaces the whole day's hours. ``override`` (``open`` or ``closed``)
beats everything, for as long as it is set. Public holidays are expanded into exceptions when a
flow is published, see :mod:`ari_app.flow.holidays`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ari_app.flow.flow_error import FlowError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")
_DAY = 24 * 60
_LOOK_AHEAD_DAYS = 400

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class State:
    """Whether it is open; the name of the dated exception that says so, and its exit, if any.

    On a day with hours of its own the exception says when it is open; before and after these it is
    closed, as on any other day.
    """

    open: bool
    exception: str = ""
    exit: str = ""


@dataclass(frozen=True, slots=True)
class _Exception:
    spans: Spans
    name: str
    exit: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours in one time zone. Minutes count from midnight by the wall clock."""

    zone: ZoneInfo
    weekly: tuple[Spans, ...]
    exceptions: dict[date, _Exception]
    override: str

    @staticmethod
    def read(data: Any, timezone: str, where: str) -> Calendar:
        """Read the JSON form. Raises :class:`FlowError`, which names ``where`` and the field."""
        if not isinstance(data, dict):
            raise FlowError(f"{where}: is no object")
        weekly = data.get("weekly", {})
        if not isinstance(weekly, dict) or not set(weekly) <= set(DAYS):
            raise FlowError(f"{where}, weekly: must be an object with the days {', '.join(DAYS)}")
        override = data.get("override") or ""
        if override not in ("", "open", "closed"):
            raise FlowError(f"{where}, override: must be open or closed")
        return Calendar(
            zone=_zone(data.get("timezone") or timezone, where),
            weekly=tuple(_spans(weekly.get(day, []), f"{where}, weekly {day}") for day in DAYS),
            exceptions=dict(_exceptions(data.get("exceptions") or [], where)),
            override=override,
        )

    def local(self, at: float) -> datetime:
        """Return the wall-clock time at ``at`` (Unix seconds)."""
        return datetime.fromtimestamp(at, self.zone)

    def state(self, at: float) -> State:
        """Return whether the calendar is open at ``at`` (Unix seconds)."""
        if self.override:
            return State(self.override == "open")
        local = self.local(at)
        today = local.date()
        minute = local.hour * 60 + local.minute
        yesterday = today - timedelta(days=1)
        exception = self.exceptions.get(today)
        name, own = (exception.name, exception.exit) if exception else ("", "")
        if any(start <= minute < end for start, end in self._spans_of(today)):
            return State(open=True, exception=name, exit=own)
        if any(minute + _DAY < end for _, end in self._spans_of(yesterday)):
            return State(open=True)
        closed_all_day = exception is not None and not exception.spans
        return State(open=False, exception=name if closed_all_day else "", exit=own)

    def next_opening(self, at: float) -> float | None:
        """Return when (Unix seconds) the calendar opens next after ``at``, at most 400 days on.

        ``None`` when it does not. A calendar that was switched by hand opens when its hours say so:
        nobody knows when it will be switched back.
        """
        if self.override:
            return replace(self, override="").next_opening(at)
        today = self.local(at).date()
        for days in range(_LOOK_AHEAD_DAYS):
            day = today + timedelta(days=days)
            for start, _ in self._spans_of(day):
                opens = self._instant(day, start)
                if opens > at and not self.state(opens - 1).open:
                    return opens
        return None

    def _spans_of(self, day: date) -> Spans:
        exception = self.exceptions.get(day)
        return self.weekly[day.weekday()] if exception is None else exception.spans

    def _instant(self, day: date, minute: int) -> float:
        """Return the first instant at which the wall clock shows that time of day, or a later one.

        In spring an hour is missing: what begins in it begins when the clock has been changed.
        """
        wall = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(minutes=minute)
        instant = wall.timestamp()
        if datetime.fromtimestamp(instant, self.zone).replace(tzinfo=None) == wall.replace(
            tzinfo=None
        ):
            return instant
        early, late = wall.replace(fold=1).timestamp(), instant
        while late - early > 1:
            middle = (early + late) // 2
            if datetime.fromtimestamp(middle, UTC).astimezone(self.zone).replace(
                tzinfo=None
            ) < wall.replace(tzinfo=None):
                early = middle
            else:
                late = middle
        return late


def _zone(name: Any, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise FlowError(f"{where}, timezone: {name!r:.60} is unknown") from error


def _spans(texts: Any, where: str) -> Spans:
    if not isinstance(texts, list):
        raise FlowError(f"{where}: is no list of spans like 09:00-18:00")
    return tuple(sorted(_span(text, where) for text in texts))


def _span(text: Any, where: str) -> tuple[int, int]:
    match = _SPAN.match(text) if isinstance(text, str) else None
    if match is None:
        raise FlowError(f"{where}: {text!r:.40} is no span like 09:00-18:00")
    start, end = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3))
    if start >= _DAY or end > _DAY:
        raise FlowError(f"{where}: {text} goes beyond the day")
    return start, end if end > start else end + _DAY


def _exceptions(items: Any, where: str) -> list[tuple[date, _Exception]]:
    if not isinstance(items, list):
        raise FlowError(f"{where}, exceptions: is no list")
    found = []
    for n, item in enumerate(items, 1):
        place = f"{where}, exceptions {n}"
        if not isinstance(item, dict):
            raise FlowError(f"{place}: is no object")
        try:
            day = date.fromisoformat(item["date"])
        except (KeyError, TypeError, ValueError) as error:
            raise FlowError(f"{place}, date: is no date like 2026-12-31") from error
        spans = _spans(item.get("hours") or [], f"{place}, hours")
        name, own = item.get("name"), item.get("exit")
        found.append(
            (
                day,
                _Exception(
                    spans,
                    name if isinstance(name, str) and name else "exception",
                    own if isinstance(own, str) else "",
                ),
            )
        )
    return found
