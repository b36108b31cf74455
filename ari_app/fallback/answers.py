"""Sees who answers while Dial() blocks: Asterisk's own account of the call tells at once."""

from __future__ import annotations

from pathlib import Path

from ari_app.journal.cel_line import parse_cel_line


class Answers:
    """Follows ``cel.jsonl`` from the moment when the phones begin to ring."""

    def __init__(self, cel: Path) -> None:
        self._cel = cel
        self._unique_id = ""
        self._position = 0
        self._torn = b""

    def begin(self, unique_id: str) -> None:
        """Look from now on for an answer to the caller on channel ``unique_id``."""
        self._unique_id = unique_id
        self._torn = b""
        self._position = self._cel.stat().st_size if self._cel.exists() else 0

    def look(self) -> tuple[str, float] | None:
        """Return the channel that was joined with the caller, and when; or ``None`` as yet.

        BRIDGE_ENTER, not ANSWER: of two who pick up at the same moment only one is joined.
        """
        for line in self._new_lines():
            event = parse_cel_line(line.decode("utf-8", errors="replace"))
            if (
                event is not None
                and event["eventtype"] == "BRIDGE_ENTER"
                and event["linkedid"] == self._unique_id
                and event["uniqueid"] != self._unique_id
            ):
                return event["channame"], float(event["eventtime"])
        return None

    def _new_lines(self) -> list[bytes]:
        try:
            with self._cel.open("rb") as file:
                file.seek(self._position)
                new = file.read()
        except FileNotFoundError:  # rotated this moment; DIALSTATUS tells in the end
            return []
        self._position += len(new)
        *lines, self._torn = (self._torn + new).split(b"\n")
        return lines
