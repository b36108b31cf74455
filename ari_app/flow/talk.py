"""A talk of the caller with an agent or an outside number: its beginning and its end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ari_app.flow import commands as c
from ari_app.flow.ring import miss_all

if TYPE_CHECKING:
    from ari_app.flow.run import Leg
    from ari_app.flow.walk import Walk


WORD_SECONDS = 1.0
"""A shorter talk is none: nobody said a word. Most often the caller had hung up before the agent
answered, and the news came late. Such a call is missed, and somebody rings back."""

DELAY_SECONDS = 0.25
"""Two people are joined within milliseconds; what takes longer is no part of their talk."""

_ALONE_SECONDS = 1.0
"""The news of a leg's end that is younger is no news of an absence."""


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


def resume(walk: Walk, leg: Leg) -> None:
    """Nobody led the call meanwhile: see to it that the two are joined. Done already, it is no-op.

    Before they are joined the recording must have begun, so a controller may die in between.
    """
    walk.commands.append(c.Connect(walk.memory["connect"], leg.id, leg.recording))


def counts(walk: Walk, leg: Leg) -> bool:
    """Whether the talk with ``leg``, which ended, was long enough for a word."""
    return walk.leg_ended_at(leg.id) - leg.since >= WORD_SECONDS


def delay(walk: Walk, leg: Leg) -> None:
    """The two were not joined before now: the talk, if it comes to one, counts from now on."""
    seconds = walk.now - leg.since
    if seconds >= DELAY_SECONDS:
        walk.run.legs[leg.id] = replace(leg, since=walk.now)
        walk.entry("talk_delayed", leg=leg.id, **_party(leg), seconds=round(seconds, 3))


def end(walk: Walk, leg: Leg, by: str, *, alive: bool) -> None:
    """End the talk that ``by`` ended (see :mod:`entries`); hang up a leg still ``alive``."""
    del walk.run.legs[leg.id]
    if not walk.gone:
        walk.commands.append(c.Disconnect(walk.new_id(), leg.id))
    if alive:
        walk.commands.append(c.EndLeg(walk.new_id(), leg.id))
    ended_at = walk.leg_ended_at(leg.id)
    facts: dict[str, Any] = {"by": by, "seconds": round(max(0.0, ended_at - leg.since), 3)}
    if facts["seconds"] < WORD_SECONDS:
        walk.run.talked = bool(walk.memory.get("talked_before"))
    if walk.at - ended_at >= _ALONE_SECONDS:
        facts["alone_seconds"] = round(walk.at - ended_at, 3)
    walk.leg_entry("talk_ended", leg.id, **_party(leg), **facts)
    if leg.agent is not None:
        result = "unreachable" if by == "lost" else "talked"
        if by == "agent" and facts["seconds"] < WORD_SECONDS:
            result = "wordless"
        since = ended_at if ended_at < walk.now else None
        walk.commands.append(c.ReleaseAgent(walk.new_id(), leg.agent, result, since))


def end_before_caller(walk: Walk) -> None:
    """The caller is gone: end the talk if its leg is known to have ended before."""
    leg = talking(walk)
    known = walk.leg_end(leg.id) if leg is not None else None
    if leg is not None and known is not None and walk.leg_ended_at(leg.id) < walk.at:
        end(walk, leg, "lost" if known.lost else _far_end(leg), alive=False)


def _far_end(leg: Leg) -> str:
    return "outside" if leg.agent is None else "agent"


def _party(leg: Leg) -> dict[str, str | None]:
    return {"number": leg.number} if leg.agent is None else {"agent": leg.agent}
