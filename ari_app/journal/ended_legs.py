"""How callers and legs ended while nobody led the call, from Asterisk's own account. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ari_app.flow.events import CallerHungUp, LegHungUp
from ari_app.flow.run import Leg, Run
from ari_app.journal.hang_ups import HangUp

# Q.850 causes with which a leg dies without anybody hanging up: network, phone, time-out.
_LOST = {0, 27, 38, 41, 44, 102}

SILENT = 44
"""With which Asterisk ends a channel after ``rtp_timeout`` seconds without a packet."""


def was_lost(cause: int) -> bool:
    """Return whether an answered leg died without anybody hanging up."""
    return cause in _LOST


def ended_legs(run: Run, ends: Mapping[str, HangUp]) -> tuple[LegHungUp, ...]:
    """Return the ends of those legs of which it is known."""
    return tuple(_end(leg, ends[leg.id]) for leg in run.legs.values() if leg.id in ends)


def caller_hung_up(end: HangUp | None, legs: tuple[LegHungUp, ...] = ()) -> CallerHungUp:
    """Return the end of a caller's channel; ``None``: nothing is known of it."""
    if end is None:
        return CallerHungUp(None, legs)
    return CallerHungUp(end.at, legs, lost=end.cause == SILENT)


def _end(leg: Leg, end: HangUp) -> LegHungUp:
    if leg.state == "talking" and end.joined is False:
        # The controller died before it joined the two: there was no talk.
        return LegHungUp(leg.id, lost=True, at=leg.since)
    return LegHungUp(leg.id, lost=was_lost(end.cause), at=end.at)
