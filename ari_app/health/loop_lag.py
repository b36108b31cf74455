"""How late the event loop comes to what is due: the greatest delay of the last minute."""

from __future__ import annotations

import asyncio
import time
from collections import deque

EVENT_LOOP = "event_loop"
"""Its name among the dependencies that a process tells of."""

BEAT_SECONDS = 0.05
"""At most so much of a hold-up is not seen. 20 beats a second cost 0.2 % of a CPU, measured."""

WINDOW_SECONDS = 60
ALARM_SECONDS = 0.05
STILL_SECONDS = 2.0


class LoopLag:
    """Beats in the running event loop from :meth:`start` to :meth:`stop`.

    The properties may be read from another thread, also while the loop hangs.
    """

    def __init__(self) -> None:
        self._worst_of_each_second: deque[float] = deque([0.0], maxlen=WINDOW_SECONDS)
        self._second_ends = 0.0
        self._beat_at = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def worst_seconds(self) -> float:
        """The greatest delay of the last minute."""
        return max(self._worst_of_each_second.copy())

    @property
    def still_seconds(self) -> float:
        """For how long the loop has not turned by now; 0 while it does."""
        silent = time.monotonic() - self._beat_at
        return silent if silent > STILL_SECONDS else 0.0

    def start(self) -> None:
        """Begin to beat."""
        self._beat_at = time.monotonic()
        self._second_ends = self._beat_at + 1
        self._next()

    def stop(self) -> None:
        """Beat no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _next(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat)

    def _beat(self) -> None:
        now = time.monotonic()
        lag = max(0.0, now - self._beat_at - BEAT_SECONDS)
        if now >= self._second_ends:
            self._second_ends = now + 1
            self._worst_of_each_second.append(lag)
        elif lag > self._worst_of_each_second[-1]:
            self._worst_of_each_second[-1] = lag
        self._beat_at = now
        self._next()
