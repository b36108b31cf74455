"""The longest silence of a caller in ordinary operation: mixed calls of all node types."""

from __future__ import annotations

from collections.abc import Callable

from tests.bench.figure import Figure
from tests.load import tour
from tests.load.heard_calls import HeardCalls
from tests.load.house import House
from tests.load.tally import GOAL_SECONDS, Tally

ROUNDS = ((20.0, 200), (50.0, 400))
"""Calls a second, and how many."""
_FIRST = (4.0, 10)
"""These load and cache what the first calls of a house need."""


async def measure(tell: Callable[[str], None]) -> list[Figure]:
    """In a house of its own, whose prompts can be told from one another."""
    with House() as house:
        house.bring_in(tour.documents(), tour.sounds())
        async with HeardCalls(house) as heard:
            await heard.at(*_FIRST)
            figures = []
            for rate, calls in ROUNDS:
                tally = await heard.at(rate, calls)
                tell("; ".join(tally.lines()))
                figures.append(_figure(tally))
            return figures


def _figure(tally: Tally) -> Figure:
    seen = tally.busyness
    return Figure(
        f"longest silence of a caller, {tally.rate:g} calls/s",
        tally.longest_seconds,
        "s",
        GOAL_SECONDS,
        note=(
            f"{tally.calls} calls: {len(tally.pauses)} pauses over the goal, prompts lost "
            f"{len(tally.lost)}, cut {len(tally.cut)}, twice {len(tally.twice)}, went otherwise "
            f"{len(tally.failed)}; packets {tally.missing} of {tally.packets} missing; generator "
            f"up to {seen.worst_seconds * 1000:.0f} ms late; machine {seen.idle:.0%} idle"
        ),
    )
