"""How many calls a second are sustained: pure dialplan and we, in turns.

Sustained is the highest rate of arrivals (open loop: the next caller does not wait for the one
before) at which at least 99.5 % of the calls are set up within a second, hear the whole prompt and
are hung up. The rate is raised by a fifth until a round fails; the last good one counts. It is not
sought more closely, because what a failed round leaves behind takes long to pass. A round lasts
some seconds only, and generator, Asterisk and controller share the cores; so every round's use of
cores is printed, to show who is the bottleneck.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.clients import DIALPLAN, HOLD_SECONDS, IVR
from tests.bench.figure import Figure
from tests.bench.traffic import Round, arrivals
from tests.load.callers import Callers
from tests.load.house import House
from tests.load.traces import held_by_asterisk

GOOD_SHARE = 0.995
FIRST_RATE = 120.0
STEP = 1.2
TURNS = 2
ROUND_SECONDS = 3.5
PATIENCE_SECONDS = 2.5
QUIET_CORES = 0.15
QUIET_SECONDS = 20.0


@dataclass(slots=True)
class _Side:
    """One of the two that are compared; the best rate of each turn."""

    name: str
    number: str
    rates: list[float] = field(default_factory=list)
    best: Round | None = None


async def measure(house: House, callers: Callers, tell: Callable[[str], None]) -> list[Figure]:
    """The sustained rates and their ratio."""
    dialplan = _Side("pure dialplan", DIALPLAN)
    ours = _Side("ours", IVR)
    for _ in range(TURNS):
        for side in (dialplan, ours):
            side.rates.append(await _sustained(house, callers, side, tell))
    theirs, we = (sum(side.rates) / TURNS for side in (dialplan, ours))
    return [
        Figure("calls/s, pure dialplan", theirs, "calls/s", note=_note(dialplan)),
        Figure("calls/s, ours", we, "calls/s", note=_note(ours)),
        Figure("calls/s, ours : dialplan", we / theirs, "", 0.9, at_least=True),
    ]


def _note(side: _Side) -> str:
    rates = ", ".join(f"{rate:.0f}" for rate in side.rates)
    used = f"; cores used at the best: {side.best.busiest()}" if side.best else ""
    return f"turns {rates}{used}"


async def _sustained(
    house: House, callers: Callers, side: _Side, tell: Callable[[str], None]
) -> float:
    good, rate = 0.0, FIRST_RATE
    while True:
        asterisk = house.pid("asterisk")
        done = await arrivals(
            house,
            callers,
            side.number,
            rate=rate,
            total=round(rate * ROUND_SECONDS),
            patience_seconds=HOLD_SECONDS + PATIENCE_SECONDS,
        )
        share = done.good(HOLD_SECONDS)
        tell(
            f"{side.name}: {rate:.0f} calls/s, {share:.1%} good, set up in "
            f"{done.set_up_ms(0.5):.1f} ms (p50) {done.set_up_ms(0.99):.1f} ms (p99); "
            f"cores: {done.busiest()}"
        )
        await _until_quiet(house)
        if house.pid("asterisk") != asterisk:
            tell(f"{side.name}: Asterisk died at {rate:.0f} calls/s and was started again")
        if share < GOOD_SHARE:
            return good
        good, side.best = rate, done
        rate *= STEP


async def _until_quiet(house: House) -> None:
    """Wait until nothing is left of a round: what a failed one left would spoil the next."""
    deadline = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < deadline:
        before = house.cpu()["asterisk"]
        await asyncio.sleep(0.5)
        held = await asyncio.to_thread(held_by_asterisk, house)
        if not held["channels"] and house.cpu()["asterisk"] - before < QUIET_CORES / 2:
            return
