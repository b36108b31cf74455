"""What an event means to the run as it stands: is it still of interest, and what is it really?

Everything that can cross on its way is settled here: a prompt's end after the next prompt began, a
deadline of an older wait, an agent who was reserved or who answers after the caller went on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow import talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from ari_app.flow.walk import Walk

_KEYS = "0123456789*#ABCD"


def late(walk: Walk, event: e.Event) -> None:
    """Let go of what an event brings to a call that is over."""
    if isinstance(event, e.LegAnswered):
        walk.commands.append(c.EndLeg(walk.new_id(), event.leg))
    elif isinstance(event, e.AgentsReserved):
        _release(walk, event)


def sift(walk: Walk, event: e.Event) -> e.Event | None:
    """Return the event as the node shall see it, or ``None``. Never the start or end of a call."""
    sieve = _SIEVES.get(type(event))
    return event if sieve is None else sieve(walk, event)


def _digit(walk: Walk, event: e.DtmfReceived) -> e.Event | None:
    return event if len(event.digit) == 1 and event.digit in _KEYS else None


def _play(walk: Walk, event: e.PlayFinished) -> e.Event | None:
    if event.play != walk.run.playing:
        return None
    walk.run.playing = None
    if event.failed:
        walk.entry("command_failed", command=event.play, reason="the prompt could not be played")
    return event


def _record(walk: Walk, event: e.RecordFinished) -> e.Event | None:
    return event if event.record == walk.run.recording else None


def _queue(walk: Walk, event: e.QueueJoined | e.QueueRefused | e.QueueMoved) -> e.Event | None:
    return event if event.queue == walk.run.queue else None


def _reserved(walk: Walk, event: e.AgentsReserved) -> e.Event | None:
    if event.queue == walk.run.queue:
        return event
    _release(walk, event)
    return None


def _release(walk: Walk, event: e.AgentsReserved) -> None:
    for agent in event.agents:
        walk.commands.append(c.ReleaseAgent(walk.new_id(), agent, "cancelled"))


def _answered(walk: Walk, event: e.LegAnswered) -> e.Event | None:
    leg = walk.run.legs.get(event.leg)
    if leg is None:
        walk.commands.append(c.EndLeg(walk.new_id(), event.leg))
        return None
    return event if leg.state == "ringing" else None


def _failed(walk: Walk, event: e.LegFailed) -> e.Event | None:
    leg = walk.run.legs.get(event.leg)
    if leg is not None and leg.state == "talking":
        return e.LegHungUp(event.leg)
    return None if leg is None else event


def _delayed(walk: Walk, event: e.TalkDelayed) -> None:
    leg = walk.run.legs.get(event.leg)
    if leg is not None and leg.state == "talking":
        talk.delay(walk, leg)


def _hung_up(walk: Walk, event: e.LegHungUp) -> e.Event | None:
    leg = walk.run.legs.get(event.leg)
    if leg is not None and leg.state == "ringing":
        return e.LegFailed(event.leg, "unreachable")
    walk.legs_ended(event)
    return None if leg is None else event


def _timed_out(walk: Walk, event: e.WaitTimedOut) -> e.Event | None:
    run = walk.run
    if run.wait is None or event.wait != run.wait.id:
        return None
    if run.wait.kind == "play" and run.playing is not None:
        play = run.playing
        walk.stop_playing()
        return e.PlayFinished(play, failed=True)
    return event


def _refused(walk: Walk, event: e.CommandFailed) -> e.Event | None:
    """Asterisk refused a command: it is as if what the command began had ended at once."""
    run = walk.run
    walk.entry("command_failed", command=event.command, reason=event.reason)
    if event.command == run.playing:
        run.playing = None
        return e.PlayFinished(event.command, failed=True)
    if event.command == run.recording:
        return e.RecordFinished(event.command, 0.0, failed=True)
    leg = run.legs.get(event.command)
    if leg is not None:
        return e.LegFailed(leg.id, "unreachable") if leg.state == "ringing" else None
    if event.command == walk.memory.get("join") and run.queue is not None:
        return e.QueueRefused(run.queue, "no_agents")
    talking = next((each for each in run.legs.values() if each.state == "talking"), None)
    if talking is not None and event.command == walk.memory.get("connect"):
        run.talked = walk.memory["talked_before"]
        walk.commands.append(c.EndLeg(walk.new_id(), talking.id))
        return e.LegHungUp(talking.id, lost=True)
    return None


def _resumed(walk: Walk, event: e.Resumed) -> e.Event:
    walk.entry("resumed")
    walk.legs_ended(*event.ended)
    return event


_SIEVES: dict[type[e.Event], Callable[[Walk, Any], e.Event | None]] = {
    e.DtmfReceived: _digit,
    e.PlayFinished: _play,
    e.RecordFinished: _record,
    e.QueueJoined: _queue,
    e.QueueRefused: _queue,
    e.QueueMoved: _queue,
    e.AgentsReserved: _reserved,
    e.LegAnswered: _answered,
    e.LegFailed: _failed,
    e.TalkDelayed: _delayed,
    e.LegHungUp: _hung_up,
    e.WaitTimedOut: _timed_out,
    e.CommandFailed: _refused,
    e.Resumed: _resumed,
}
