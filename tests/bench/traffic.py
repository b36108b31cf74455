"""Calls that arrive at a steady rate, whatever becomes of those before them (open loop)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import count

from tests.bench.figure import percentile
from tests.load.callers import CallerCall, Callers
from tests.load.house import House

SET_UP_SECONDS = 1.0
_numbers: Iterator[int] = count(0)


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the calls of one round. CPU is seconds by process, the generator included."""

    rate: float
    calls: tuple[CallerCall, ...]
    seconds: float
    cpu: dict[str, float]

    @property
    def set_up(self) -> list[float]:
        """Seconds from INVITE to 200, of the answered calls."""
        return [
            call.answered_at - call.invited_at
            for call in self.calls
            if call.answered_at is not None and call.invited_at is not None
        ]

    def good(self, hold_seconds: float) -> float:
        """The share of calls set up within a second and ended by the far end in due time.

        A call that the fallback took lasts longer, so it does not count.
        """
        good = sum(
            call.answered_at is not None
            and call.ended_at is not None
            and call.invited_at is not None
            and call.answered_at - call.invited_at <= SET_UP_SECONDS
            and abs(call.ended_at - call.answered_at - hold_seconds) <= SET_UP_SECONDS
            for call in self.calls
        )
        return good / len(self.calls)

    def cpu_ms_per_call(self, process: str) -> float:
        """Milliseconds of CPU that a process spent per call."""
        return 1000 * self.cpu.get(process, 0.0) / len(self.calls)

    def busiest(self) -> str:
        """The processes by cores used, the busiest first."""
        used = sorted(self.cpu.items(), key=lambda item: -item[1])
        return ", ".join(f"{name} {cpu / self.seconds:.2f}" for name, cpu in used[:5])

    def set_up_ms(self, share: float) -> float:
        """A percentile of the set-up times, in milliseconds."""
        return 1000 * percentile(self.set_up, share)


Conduct = Callable[[CallerCall], Awaitable[None]]


async def arrivals(
    house: House,
    callers: Callers,
    number: str,
    *,
    rate: float,
    total: int,
    patience_seconds: float,
    conduct: Conduct | None = None,
) -> Round:
    """Let ``total`` callers call ``number``, ``rate`` a second, and wait for the ends of the calls.

    ``conduct(call)`` plays a caller who does something. Who is still there ``patience_seconds``
    after the last arrival hangs up, so that no round leaves calls to the next one.
    """
    cpu = house.cpu()
    generator = time.process_time()
    start = time.monotonic()
    calls: list[CallerCall] = []
    playing: list[asyncio.Task[None]] = []
    for place in range(total):
        ahead = start + place / rate - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
        call = callers.call(number, f"9769{next(_numbers):07d}")
        calls.append(call)
        if conduct is not None:
            playing.append(asyncio.ensure_future(_play(conduct, call)))
    last = time.monotonic()
    await _all_ended(calls, last + patience_seconds)
    seconds = time.monotonic() - start
    await asyncio.gather(*(call.hang_up() for call in calls), *playing)
    now = house.cpu()
    used = {name: now[name] - before for name, before in cpu.items() if name in now}
    used["generator"] = time.process_time() - generator
    return Round(rate, tuple(calls), seconds, used)


async def _play(conduct: Conduct, call: CallerCall) -> None:
    await conduct(call)


async def _all_ended(calls: list[CallerCall], deadline: float) -> None:
    for call in calls:
        left = deadline - time.monotonic()
        if left <= 0:
            return
        if not call.ended.is_set():
            try:
                async with asyncio.timeout(left):
                    await call.ended.wait()
            except TimeoutError:
                return
