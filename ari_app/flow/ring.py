"""The race of ringing phones: the first who answers has the caller. Pure.

Rules
1. A leg is ``ringing`` from its command until it answered, failed or was ended, and then
   ``talking``, or no leg of the call any more.
2. The first ``LegAnswered`` wins; all others are ended in the same turn.
3. A leg that answers after that is unknown here, and is ended (see the engine).
4. Every reserved agent is released exactly once, with what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari_app.flow import commands as c
from ari_app.flow.run import Leg

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk


def ring_agent(walk: Walk, agent: str, seconds: float) -> None:
    """Ring an agent's phone, unless it rings for this call already."""
    run = walk.run
    if any(leg.agent == agent for leg in run.legs.values()):
        return
    leg = walk.new_id()
    run.legs[leg] = Leg(leg, "ringing", agent=agent, since=walk.now)
    walk.commands.append(c.RingAgent(leg, leg, agent, seconds))
    walk.entry("agent_ringing", leg=leg, agent=agent)


def ring_number(walk: Walk, number: str, seconds: float) -> None:
    """Ring an outside number."""
    leg = walk.new_id()
    walk.run.legs[leg] = Leg(leg, "ringing", number=number, since=walk.now)
    walk.commands.append(c.RingNumber(leg, leg, number, seconds))
    walk.entry("number_ringing", leg=leg, number=number)


def ringing(walk: Walk) -> list[Leg]:
    """Return the legs that ring now."""
    return [leg for leg in walk.run.legs.values() if leg.state == "ringing"]


def miss(walk: Walk, leg: Leg, reason: str, *, alive: bool) -> None:
    """Give up a ringing leg; end it if it is still ``alive``."""
    del walk.run.legs[leg.id]
    if alive:
        walk.commands.append(c.EndLeg(walk.new_id(), leg.id))
    if leg.agent is None:
        walk.leg_entry("number_missed", leg.id, number=leg.number, reason=reason)
        return
    walk.leg_entry("agent_missed", leg.id, agent=leg.agent, reason=reason)
    walk.commands.append(c.ReleaseAgent(walk.new_id(), leg.agent, reason))


def miss_all(walk: Walk, reason: str, *, but: str = "") -> None:
    """Give up all ringing legs except ``but``."""
    for leg in ringing(walk):
        if leg.id != but:
            miss(walk, leg, reason, alive=True)
