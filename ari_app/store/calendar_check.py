"""Hours that contradict themselves, and exits of dates that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ari_app.flow.said import Said, meant
from ari_app.store.client_document import CalendarDocument, ClientDocument
from ari_app.store.document_file import DocumentFile, Finding

_DAY = 24 * 60
_NIGHT_ENDS = 12 * 60
"""A span that begins in the evening and ends by noon is a night, not a slip."""


def calendar_findings(file: DocumentFile, document: ClientDocument) -> Iterator[Finding]:
    """Yield the dates that stand twice or have an exit in vain, spans that overlap or run back."""
    for slug, calendar in document.calendars.items():
        place = ["calendars", slug]
        yield from _dates(file, place, calendar)
        yield from _exits(file, place, calendar, _taken(document, slug))
        for day, spans in calendar.weekly.items():
            yield from _spans(file, [*place, "weekly", day], spans)
        for n, exception in enumerate(calendar.exceptions):
            yield from _spans(file, [*place, "exceptions", n, "hours"], exception.hours)


def _taken(document: ClientDocument, calendar: str) -> set[str]:
    """Return the exits of all nodes that ask this calendar."""
    nodes = (node for flow in document.flows.values() for node in _nodes(flow)
             if node.get("type") == "hours" and node.get("calendar") == calendar)  # fmt: skip
    exits = (node.get("exits") for node in nodes)
    return {str(name) for each in exits if isinstance(each, dict) for name in each}


def _nodes(flow: dict[str, Any]) -> list[dict[str, Any]]:
    nodes = flow.get("nodes")
    return [each for each in nodes.values() if isinstance(each, dict)] \
        if isinstance(nodes, dict) else []  # fmt: skip


def _exits(
    file: DocumentFile, place: Sequence[str | int], calendar: CalendarDocument, taken: set[str]
) -> Iterator[Finding]:
    """Yield exits of dates that no node has: callers take the usual one on that day."""
    for n, exception in enumerate(calendar.exceptions):
        if taken and exception.exit and exception.exit not in taken:
            said = Said("no node that asks this calendar has the exit `{exit}`",
                        exit=exception.exit)  # fmt: skip
            found = meant(said, exception.exit, taken)
            yield file.find([*place, "exceptions", n, "exit"], found, "warning")


def _dates(
    file: DocumentFile, place: Sequence[str | int], calendar: CalendarDocument
) -> Iterator[Finding]:
    seen: set[str] = set()
    for n, exception in enumerate(calendar.exceptions):
        if exception.date in seen:
            said = Said(
                "the date {date} stands here twice; write its hours in one exception",
                date=exception.date,
            )
            yield file.find([*place, "exceptions", n, "date"], said)
        seen.add(exception.date)


def _spans(
    file: DocumentFile, place: Sequence[str | int], spans: Sequence[str]
) -> Iterator[Finding]:
    taken: list[tuple[int, int, str]] = []
    for n, text in enumerate(spans):
        begin, end = (int(time[:2]) * 60 + int(time[3:]) for time in text.split("-"))
        if end < begin:
            if end > _NIGHT_ENDS:
                said = Said(
                    "{span} ends before it begins, and so on the next day; should it be {other}?",
                    span=text, other="-".join(reversed(text.split("-"))),
                )  # fmt: skip
                yield file.find([*place, n], said, "warning")
            end += _DAY
        for other_begin, other_end, other in taken:
            if begin < other_end and other_begin < end:
                said = Said("{span} overlaps {other}; write one span", span=text, other=other)
                yield file.find([*place, n], said, "warning")
        taken.append((begin, end, text))
