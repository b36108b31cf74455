"""How often a socket is checked, and how soon it is opened again."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of a socket to Asterisk.

    An idle socket is pinged at every beat, each ``beat_seconds``. It is dropped when the oldest
    request has no answer for ``silent_beats``; beats are counted, not seconds, so that a stall of
    this process itself drops nothing. A lane of calls may have a request that waits until a
    playback ends, and pings would queue up behind it: ``blocked_beats`` holds there.
    Between attempts to connect the pause doubles from ``first_pause`` to ``longest_pause`` seconds.
    """

    beat_seconds: float = 1.0
    silent_beats: int = 4
    blocked_beats: int = 10
    first_pause: float = 0.05
    longest_pause: float = 2.0

    def pause(self, failures: int) -> float:
        """Return the seconds to wait after ``failures`` failures in a row, with jitter."""
        pause = min(self.longest_pause, self.first_pause * 2.0 ** min(failures, 16))
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 (spreads load, keeps no secret)
