"""The controller is killed with two hundred live calls: how soon the next one leads them all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.bench.clients import LONE_AGENT, NEXT_CALLER
from tests.bench.figure import Figure
from tests.load import crowd
from tests.load.callers import Callers
from tests.load.house import House
from tests.load.phones import AgentPhones
from tests.load.ring import Manner


async def measure(
    house: House, callers: Callers, phones: AgentPhones, tell: Callable[[str], None]
) -> list[Figure]:
    """One caller talks, all others wait; the controller itself says how long it took."""
    phones.manners[LONE_AGENT] = Manner(speaks=True)
    calls = await crowd.line_up(callers, NEXT_CALLER, phones, 1)
    report = await asyncio.to_thread(crowd.kill_controller, house)
    await asyncio.gather(*(call.hang_up() for call in calls))
    taken_up, seconds = report.figure("recovery_calls"), report.figure("recovery_seconds")
    tell(f"recovery: {taken_up} of {len(calls)} calls in {1000 * seconds:.0f} ms")
    return [
        Figure(
            "kill -9 with 200 live calls: from the reconnect until all are led",
            1000 * seconds,
            "ms",
            200.0,
            note=f"{taken_up} of {len(calls)} calls taken up",
        )
    ]
