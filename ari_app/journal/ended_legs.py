"""How a run's legs ended while nobody led the call, from Asterisk's own account. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ari_app.flow.events import LegHungUp
from ari_app.flow.run import Leg, Run
from ari_app.journal.hang_ups import HangUp

# Q.850 causes with which a leg dies without anybody hanging up: network, phone, time-out.
_LOST = {0, 27, 38, 41, 44, 102}


def was_lost(cause: int) -> bool:
    """Return whether an answered leg died without anybody hanging up."""
    return cause in _LOST


def ended_legs(run: Run, ends: Mapping[str, HangUp]) -> tuple[LegHungUp, ...]:
    """Return the ends of those legs of which it is known."""
    return tuple(_end(leg, ends[leg.id]) for leg in run.legs.values() if leg.id in ends)


def _end(leg: Leg, end: HangUp) -> LegHungUp:
    if leg.state == "talking" and end.joined is False:
        # The controller died before it joined the two: there was no talk.
        return LegHungUp(leg.id, lost=True, at=leg.since)
    return LegHungUp(leg.id, lost=was_lost(end.cause), at=end.at)
