"""What one party heard: every span of it, when the first sound came, and the longest silence."""

from __future__ import annotations

import asyncio

from ari_app.simulator.known_sounds import KnownSounds
from ari_app.simulator.recognition import Recognition, Span

SHORTEST_SILENCE_SECONDS = 0.3
"""Shorter pauses belong to speech that is in no file."""
SILENT = ("silence", "nothing")


class Heard:
    """One direction of one call. Times are monotonic seconds; ``anything`` is set with the first
    sound. A file is sound from its beginning to its end, with its pauses."""

    def __init__(self, sounds: KnownSounds) -> None:
        """Nothing yet."""
        self.first_at: float | None = None
        self.anything = asyncio.Event()
        self._recognition = Recognition(sounds)

    @property
    def spans(self) -> list[Span]:
        """What was heard so far, in order and without a hole."""
        return self._recognition.spans

    def take(self, at: float, sequence: int, source: int, kind: int, payload: bytes) -> None:
        """A packet: see :meth:`Recognition.take`."""
        self._recognition.take(at, sequence, source, kind, payload)
        if self.first_at is None and self._recognition.kind not in (None, *SILENT):
            self.first_at = at
            self.anything.set()

    def longest_silence(self, begin: float, end: float) -> float:
        """The longest time without sound between two moments in which there should have been some.

        Nothing heard at all is one silence from ``begin`` to ``end``.
        """
        longest, since = 0.0, begin
        for span in self.spans:
            if span.kind not in SILENT:
                longest = max(longest, min(span.begin, end) - since)
                since = max(since, min(span.end, end))
        return max(longest, end - since)
