"""An agent becomes free while callers wait: how long until the phone rings again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

from tests.bench.clients import LONE_AGENT, NEXT_CALLER
from tests.bench.figure import Figure, percentile
from tests.load.callers import Callers
from tests.load.house import House
from tests.load.phones import AgentPhones
from tests.load.ring import Manner, Ring

CALLERS_WAITING = 10
SAMPLES = 150
TALK_SECONDS = 1.1
"""An agent who ends three calls within a second is given no more of them."""
PATIENCE_SECONDS = 300.0


async def measure(
    house: House, callers: Callers, phones: AgentPhones, tell: Callable[[str], None]
) -> list[Figure]:
    """One agent talks to one caller after the other; each hang-up of theirs begins a sample.

    A sample ends with the next INVITE at the phone: in between lie the BYE's way through Asterisk,
    the release, the decision, the reservation in Redis and the new leg.
    """
    phones.manners[LONE_AGENT] = Manner(talk_seconds=TALK_SECONDS)
    rings: list[Ring] = []
    enough = asyncio.Event()

    def heard(ring: Ring) -> None:
        rings.append(ring)
        if len(rings) > SAMPLES:
            enough.set()
        else:
            callers.call(NEXT_CALLER, f"9768{len(rings):07d}")

    phones.on_ring = heard
    for number in range(CALLERS_WAITING):
        callers.call(NEXT_CALLER, f"9767{number:07d}")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await enough.wait()
    except TimeoutError:
        tell(f"the agent's phone rang {len(rings)} times only in {PATIENCE_SECONDS:g} s")
    phones.on_ring = lambda _ring: None
    await asyncio.gather(*(call.hang_up() for call in list(callers.live.values())))
    gaps = [
        after.at - before.ended_at
        for before, after in pairwise(rings)
        if before.ended_at is not None
    ]
    return [
        Figure(
            f"free agent → INVITE at the phone, p{100 * share:.0f}",
            1000 * percentile(gaps, share),
            "ms",
            goal,
            note=f"{len(gaps)} times, {CALLERS_WAITING} callers waiting",
        )
        for share, goal in ((0.5, None), (0.99, 20.0))
    ]
