"""INVITE to 200 and the controller's CPU per simple call, at a moderate rate, in paired rounds.

The CPU is measured at a second rate as well: the figures of other libraries, 10 and 19 ms, were
taken at 50 to 100 calls/s, and the more calls there are, the less one of them costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.bench.clients import DIALPLAN, HOLD_SECONDS, IVR
from tests.bench.figure import Figure, percentile
from tests.bench.traffic import Round, arrivals
from tests.load.callers import Callers
from tests.load.house import House

RATE = 20.0
CALLS = 100
PAIRS = 3
CROWD_RATE = 50.0


async def measure(house: House, callers: Callers, tell: Callable[[str], None]) -> list[Figure]:
    """What we add to the set-up of a call, and what a call costs the controller."""
    await _round(house, callers, IVR, CALLS // 5)  # the first calls load and cache
    pairs = [
        (
            await _round(house, callers, DIALPLAN, CALLS),
            await _round(house, callers, IVR, CALLS),
        )
        for _ in range(PAIRS)
    ]
    theirs = [seconds for pure, _ in pairs for seconds in pure.set_up]
    ours = [seconds for _, own in pairs for seconds in own.set_up]
    figures = [
        Figure(
            f"INVITE → 200 added by us, p{100 * share:.0f}",
            1000 * (percentile(ours, share) - percentile(theirs, share)),
            "ms",
            goal,
            note=f"dialplan {1000 * percentile(theirs, share):.1f} ms, "
            f"ours {1000 * percentile(ours, share):.1f} ms, {RATE:.0f} calls/s",
        )
        for share, goal in ((0.5, 3.0), (0.99, 15.0))
    ]
    good = min(own.good(HOLD_SECONDS) for _, own in pairs)
    cpu = sum(own.cpu_ms_per_call("controller") for _, own in pairs) / PAIRS
    asterisk = [
        sum(side.cpu_ms_per_call("asterisk") for side in sides) / PAIRS
        for sides in zip(*pairs, strict=True)
    ]
    tell(f"simple call: {good:.1%} good, Asterisk {asterisk[0]:.1f} → {asterisk[1]:.1f} ms CPU")
    figures.append(
        Figure(
            "controller CPU, simple call",
            cpu,
            "ms",
            3.0,
            note=f"idle work included, {RATE:.0f} calls/s; Asterisk's own: dialplan "
            f"{asterisk[0]:.1f} ms, ours {asterisk[1]:.1f} ms",
        )
    )
    crowd = await _round(house, callers, IVR, PAIRS * CALLS, CROWD_RATE)
    figures.append(
        Figure(
            "controller CPU, simple call in a crowd",
            crowd.cpu_ms_per_call("controller"),
            "ms",
            3.0,
            note=f"{CROWD_RATE:.0f} calls/s, {crowd.good(HOLD_SECONDS):.0%} good",
        )
    )
    return figures


async def _round(
    house: House, callers: Callers, number: str, total: int, rate: float = RATE
) -> Round:
    done = await arrivals(house, callers, number, rate=rate, total=total, patience_seconds=4.0)
    await asyncio.sleep(0.3)
    return done
