"""Deadlines of the runs' waits: one heap, one timer of the event loop."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable


class Timers:
    """Calls ``fire(call, wait)`` when a wait's deadline has passed.

    Deadlines are data in the saved run; this only wakes up for the next of them. A deadline is
    never taken back: a late one names a wait that is over, and the interpreter ignores it.
    """

    def __init__(self, fire: Callable[[str, str], None], clock: Callable[[], float]) -> None:
        self._fire = fire
        self._clock = clock
        self._heap: list[tuple[float, str, str]] = []
        self._handle: asyncio.TimerHandle | None = None
        self._armed_for = 0.0

    def set(self, call: str, wait: str, deadline: float) -> None:
        """Remember that ``wait`` of ``call`` ends at ``deadline`` (Unix seconds)."""
        heapq.heappush(self._heap, (deadline, call, wait))
        if self._handle is None or deadline < self._armed_for:
            self._arm()

    def close(self) -> None:
        """Forget all deadlines."""
        self._heap.clear()
        if self._handle:
            self._handle.cancel()
            self._handle = None

    def _arm(self) -> None:
        if self._handle:
            self._handle.cancel()
            self._handle = None
        if self._heap:
            self._armed_for = self._heap[0][0]
            delay = max(0.0, self._armed_for - self._clock())
            self._handle = asyncio.get_running_loop().call_later(delay, self._wake)

    def _wake(self) -> None:
        self._handle = None
        now = self._clock()
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap))
        for _, call, wait in due:
            self._fire(call, wait)
        if self._handle is None:
            self._arm()
