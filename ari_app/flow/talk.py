"""A talk of the caller with an agent or an outside number: its beginning and its end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ari_app.flow import commands as c
from ari_app.flow.ring import miss_all

if TYPE_CHECKING:
    from ari_app.flow.run import Leg
    from ari_app.flow.walk import Walk


WORD_SECONDS = 1.0
"""A shorter talk is none: nobody said a word. Most often the caller had hung up before the agent
answered, and the news came late. Such a call is missed, and somebody rings back."""


def talking(walk: Walk) -> Leg | None:
    """Return the leg with which the caller talks."""
    return next((leg for leg in walk.run.legs.values() if leg.state == "talking"), None)


def begin(walk: Walk, leg: Leg, queue: str | None = None) -> None:
    """Join the caller and the leg that answered; all other legs lose the race."""
    run = walk.run
    miss_all(walk, "cancelled", but=leg.id)
    walk.answer()
    walk.stop_playing()
    recording = walk.new_id() if walk.flow.record and run.record else None
    command = c.Connect(walk.new_id(), leg.id, recording)
    walk.commands.append(command)
    walk.memory["connect"] = command.id
    walk.memory["talked_before"] = run.talked
    run.legs[leg.id] = replace(leg, state="talking", since=walk.now, recording=recording)
    run.music = False
    run.talked = True
    run.digits = ""
    walk.entry("talk_started", leg=leg.id, **_party(leg), recording=recording, queue=queue)
    if recording is not None:
        walk.entry(
            "recording_expected", recording=recording, kind="talk", leg=leg.id, agent=leg.agent
        )
    walk.wait("talk")


def end(walk: Walk, leg: Leg, by: str, *, alive: bool) -> None:
    """End the talk that ``by`` (agent, caller, lost, cut) ended; hang up a leg still ``alive``."""
    del walk.run.legs[leg.id]
    if not walk.gone:
        walk.commands.append(c.Disconnect(walk.new_id(), leg.id))
    if alive:
        walk.commands.append(c.EndLeg(walk.new_id(), leg.id))
    seconds = round(max(0.0, walk.at - leg.since), 3)
    if seconds < WORD_SECONDS:
        walk.run.talked = bool(walk.memory.get("talked_before"))
    walk.entry("talk_ended", leg=leg.id, **_party(leg), by=by, seconds=seconds)
    if leg.agent is not None:
        result = "unreachable" if by == "lost" else "talked"
        walk.commands.append(c.ReleaseAgent(walk.new_id(), leg.agent, result))


def _party(leg: Leg) -> dict[str, str | None]:
    return {"number": leg.number} if leg.agent is None else {"agent": leg.agent}
