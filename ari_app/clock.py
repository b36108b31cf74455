"""Time that does not jump."""

from __future__ import annotations

import time


class SteadyClock:
    """Unix seconds that go on evenly, whatever happens to the machine's clock.

    Callers wait for deadlines: a clock that is put forward by an hour would send all of them out
    of their queues at once, and one put back would make talks of negative length. A step of the
    machine's clock counts from the next start of the process on.
    """

    def __init__(self) -> None:
        self._difference = time.time() - time.monotonic()

    def __call__(self) -> float:
        """Return now."""
        return time.monotonic() + self._difference

    def of(self, wall: float) -> float:
        """Return this clock's time of a moment that another program wrote by the machine's clock.

        For moments of just now: between ``wall`` and this call the machine's clock must not jump.
        """
        return self() - max(0.0, time.time() - wall)
