"""Whether the event loop turns: a beat every quarter of a second."""

from __future__ import annotations

import asyncio
import time

BEAT_SECONDS = 0.25
STILL_SECONDS = 2.0
"""Longer without a beat, and the world has moved on: shorter than the first lease by far."""


class Pulse:
    """Beats as long as the event loop turns.

    A process that was stopped (SIGSTOP, a frozen machine, a blocked loop) finds old events and
    passed deadlines when it goes on. Before it acts on any of them it can ask here whether it
    stood still, since Asterisk may have given its callers to the fallback meanwhile.
    """

    def __init__(self) -> None:
        self._beat_at = time.monotonic()

    def stood_still(self) -> bool:
        """Return whether the last beat is longer ago than any sound process lets pass."""
        return time.monotonic() - self._beat_at > STILL_SECONDS

    def revive(self) -> None:
        """Begin to count anew: what was missed is being made up for."""
        self._beat_at = time.monotonic()

    async def run(self) -> None:
        """Beat until cancelled. A beat that comes too late is not one: see :meth:`revive`."""
        self.revive()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if not self.stood_still():
                self.revive()
