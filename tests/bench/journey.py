"""The controller's CPU for a whole call: greeting, menu, queue, a recorded talk, hang-up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.bench.clients import HOLD_SECONDS, JOURNEY, TEAM
from tests.bench.figure import Figure
from tests.bench.traffic import Round, arrivals
from tests.load.callers import CallerCall, Callers
from tests.load.house import House
from tests.load.phones import AgentPhones
from tests.load.ring import Manner

RATES = (10.0, 20.0)
CALLS = 120
TALK_SECONDS = 2.0
MENU_SECONDS = 0.3


async def measure(
    house: House, callers: Callers, phones: AgentPhones, tell: Callable[[str], None]
) -> list[Figure]:
    """The CPU of one journey, all processes told apart in the note."""
    for agent in TEAM:
        phones.manners[agent] = Manner(ring_seconds=0.1, talk_seconds=TALK_SECONDS, speaks=True)
    await _round(house, callers, RATES[0], 10)  # the first calls load and cache
    return [await _figure(house, callers, phones, rate, tell) for rate in RATES]


async def _figure(
    house: House,
    callers: Callers,
    phones: AgentPhones,
    rate: float,
    tell: Callable[[str], None],
) -> Figure:
    before = len(phones.rings)
    done = await _round(house, callers, rate, CALLS)
    talked = sum(ring.answered_at is not None for ring in phones.rings[before:])
    others = ", ".join(
        f"{name} {done.cpu_ms_per_call(name):.1f}" for name in done.cpu if name != "controller"
    )
    tell(f"journey: {talked} talks of {CALLS} calls; ms CPU per call: {others}")
    return Figure(
        f"controller CPU, greeting to recorded talk, {rate:.0f} calls/s",
        done.cpu_ms_per_call("controller"),
        "ms",
        8.0,
        note=f"{talked} talks of {CALLS} calls; others: {others}",
    )


async def _round(house: House, callers: Callers, rate: float, total: int) -> Round:
    return await arrivals(
        house, callers, JOURNEY, rate=rate, total=total, patience_seconds=8.0, conduct=_choose
    )


async def _choose(call: CallerCall) -> None:
    """Listen to the greeting, and press 1 in the menu."""
    await asyncio.wait(
        [asyncio.ensure_future(call.answered.wait()), asyncio.ensure_future(call.ended.wait())],
        return_when=asyncio.FIRST_COMPLETED,
    )
    await asyncio.sleep(HOLD_SECONDS + MENU_SECONDS)
    if not call.ended.is_set():
        await call.press("1")
