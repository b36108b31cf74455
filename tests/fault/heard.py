"""What one caller heard: when the first sound came, and every longer silence.

Sound is an RTP packet whose audio is louder than the noise of a silent line; music on hold, prompts
and the other party's voice are sound, packets full of silence and no packets at all are not.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

SHORTEST_SILENCE_SECONDS = 0.3
"""Shorter pauses belong to speech and are not kept."""


@dataclass(slots=True)
class Heard:
    """Times are monotonic seconds. ``silences`` are (from, to), each between two sounds;
    ``anything`` is set with the first."""

    first_at: float | None = None
    last_at: float | None = None
    silences: list[tuple[float, float]] = field(default_factory=list)
    anything: asyncio.Event = field(default_factory=asyncio.Event)

    def sound(self, at: float) -> None:
        """There was sound at this moment."""
        if self.last_at is None:
            self.first_at = at
            self.anything.set()
        elif at - self.last_at > SHORTEST_SILENCE_SECONDS:
            self.silences.append((self.last_at, at))
        self.last_at = at

    def longest_silence(self, begin: float, end: float) -> float:
        """The longest time without sound between two moments in which there should have been some.

        Nothing heard at all is one silence from ``begin`` to ``end``.
        """
        first = end if self.first_at is None else self.first_at
        last = begin if self.last_at is None else self.last_at
        gaps = [(begin, first), *self.silences, (last, end)]
        return max(0.0, *(min(to, end) - max(since, begin) for since, to in gaps))
