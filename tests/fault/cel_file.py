"""Asterisk's own account of the callers of a drill, read from cel.jsonl as it grows."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.journal.cel_line import parse_cel_line

FALLBACK_MARK = "duudlaga_fallback"
WAITING_ROOM = "-hold"
CLOCKS_SECONDS = 0.5
"""The journal writes when it heard of something, Asterisk when it happened."""


@dataclass(slots=True)
class Witnessed:
    """Asterisk's account of one caller: the linked ids, whether the fallback had the call, when the
    dialplan's last step began to record the caller, and the time in bridges for two (Unix seconds).
    """

    linked_ids: set[str] = field(default_factory=set)
    fell_back: bool = False
    records_at: float | None = None
    talks: list[tuple[float, float]] = field(default_factory=list)
    in_bridge_since: float | None = None

    def together(self, began_at: float, ended_at: float) -> float:
        """How long the caller was with somebody in a talk of the journal, as Asterisk has it.

        The journal alone does not tell: a controller that was away learns late of an end, or never
        that two were not joined.
        """
        spans = [*self.talks]
        if self.in_bridge_since is not None:
            spans.append((self.in_bridge_since, ended_at))
        begin, end = began_at - CLOCKS_SECONDS, ended_at + CLOCKS_SECONDS
        overlaps = (min(to, end) - max(since, begin) for since, to in spans)
        return sum(max(0.0, overlap) for overlap in overlaps)


class CelFile:
    """Reads cel.jsonl as it grows. What is cut off or deleted stays known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: tuple[int, int] | None = None
        self._position = 0
        self._one_reader = threading.Lock()
        self._callers: dict[str, str] = {}
        self.by_caller: dict[str, Witnessed] = defaultdict(Witnessed)

    def read(self) -> None:
        """Take in what is new. Several threads may ask for it."""
        try:
            with self._one_reader, self._path.open("rb") as file:
                place = self._path.stat()
                identity = (place.st_dev, place.st_ino)
                if identity != self._file or place.st_size < self._position:
                    self._file, self._position = identity, 0
                file.seek(self._position)
                while (line := file.readline()).endswith(b"\n"):
                    self._position += len(line)
                    self._take(line.decode("utf-8", "replace"))
        except FileNotFoundError:
            self._file = None

    def _take(self, line: str) -> None:
        fields = parse_cel_line(line)
        if fields is None or fields["uniqueid"] != fields["linkedid"]:
            return
        if fields["context"] not in ("intake", "offer", "fallback", "last"):
            return
        # As the call came in: for the agents' phones the fallback shows the number in another form.
        caller = self._callers.setdefault(fields["linkedid"], fields["num"])
        seen = self.by_caller[caller]
        seen.linked_ids.add(fields["linkedid"])
        fallen = fields["eventtype"] == FALLBACK_MARK
        if fields["eventtype"] == "APP_START" and fields["appname"] == "Record":
            seen.records_at = float(fields["eventtime"])
        self._take_bridge(seen, fields["eventtype"], fields["eventextra"], fields["eventtime"])
        seen.fell_back = seen.fell_back or fallen or fields["context"] in ("fallback", "last")

    def _take_bridge(self, seen: Witnessed, event: str, extra: str, time_text: str) -> None:
        if event == "BRIDGE_ENTER" and WAITING_ROOM not in extra:
            seen.in_bridge_since = float(time_text)
        elif event in ("BRIDGE_EXIT", "HANGUP") and seen.in_bridge_since is not None:
            seen.talks.append((seen.in_bridge_since, float(time_text)))
            seen.in_bridge_since = None
