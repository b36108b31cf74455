"""The interpreter of flows: what happened goes in, what to do comes out.

Rules
1. ``advance`` is pure: no clock, socket, file, database or random number; ids are made from the
   call and the turn. The run that comes in is not changed.
2. ``advance`` never raises. Whatever a definition, a caller or Asterisk did wrong is journalled
   (``flow_failed``, ``command_failed``), and the caller goes to the next refuge of
   :mod:`ari_app.flow.failure`.
3. A turn ends in a wait or in the end of the call. It enters at most :data:`NODES_PER_TURN` nodes,
   a call at most :data:`NODES_PER_CALL`.
4. Each call has exactly one ``call_ended`` and one outcome, written by the turn that ends it.
5. No command for a caller who hung up, and none after the end, except to let go of others.

Theory of operation
    A run stands in a node. An event is first set against the run itself: the end of the call, and
    what comes too late, is decided here (:mod:`ari_app.flow.arrivals`). The rest goes to the node,
    which says in the words of :class:`ari_app.flow.walk.Walk` what to do, and either waits or takes
    an exit. Exits are followed until a node waits.

Warning
    A node's memory is shared between turns: replace its values, never change them in place.
    A node that plays must leave ``PlayFinished`` possible in each of its states.
    What a new event may do to a call that is over belongs into ``arrivals.late``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ari_app.flow import arrivals, ending, talk
from ari_app.flow.commands import Command
from ari_app.flow.entries import Entry
from ari_app.flow.events import CallCut, CallerHungUp, CallOffered, Event, LegHungUp, Resumed
from ari_app.flow.failure import fail
from ari_app.flow.flow_error import FlowError
from ari_app.flow.loaded import Flow
from ari_app.flow.run import Frame, Run, copy_run
from ari_app.flow.walk import Walk

__all__ = ["Flow", "Turn", "advance"]

NODES_PER_TURN = 64
NODES_PER_CALL = 1000


@dataclass(frozen=True, slots=True)
class Turn:
    """All that follows from one event. ``run`` is the argument itself if nothing changed."""

    run: Run
    commands: tuple[Command, ...]
    entries: tuple[Entry, ...]


def advance(flow: Flow, run: Run, event: Event, now: float) -> Turn:
    """Return what follows from ``event``. ``now`` is Unix seconds."""
    walk = Walk(flow, copy_run(run), now)
    walk.run.turn += 1
    if run.outcome is not None:
        arrivals.late(walk, event)
        return _turn(walk) if walk.commands else Turn(run, (), ())
    try:
        heard = _take(walk, event)
    except Exception as fault:  # noqa: BLE001 - rule 2: the caller must not pay for any of them
        heard = True
        _fail(walk, fault, event.leg if isinstance(event, LegHungUp) else "")
    return _turn(walk) if heard else Turn(run, (), ())


def _turn(walk: Walk) -> Turn:
    return Turn(walk.run, tuple(walk.commands), tuple(walk.entries))


def _take(walk: Walk, event: Event) -> bool:
    """Handle the event; ``False`` if it concerns nobody any more."""
    if isinstance(event, CallerHungUp | CallCut):
        walk.gone = True
        walk.happened(event.at)
        walk.legs_ended(*event.ended)
        talk.end_before_caller(walk)
        by, reason = _who_ended(event)
        ending.finish(walk, by, reason)
        return True
    if isinstance(event, CallOffered):
        return _begin(walk, event)
    arrived = arrivals.sift(walk, event) if walk.run.frames else None
    if arrived is None:
        return bool(walk.commands or walk.entries)
    frame = walk.frame
    place = walk.flow.place(frame.flow, frame.node)
    if place.node is None:
        raise FlowError(place.fault)
    if isinstance(arrived, Resumed):
        place.node.resume(walk, arrived)
    else:
        place.node.handle(walk, arrived)
    _follow(walk)
    return True


def _who_ended(event: CallerHungUp | CallCut) -> tuple[str, str]:
    if isinstance(event, CallCut):
        return "pbx", "Asterisk went down"
    if event.lost:
        return "caller_lost", "no sound came from the caller's network"
    return "caller", "the caller hung up"


def _begin(walk: Walk, event: CallOffered) -> bool:
    run = walk.run
    if run.frames:
        return False
    run.caller_number = event.caller_number
    run.caller_raw, run.caller_name = event.caller_raw, event.caller_name
    run.known, run.vip = event.known, event.vip
    run.frames = [Frame(run.flow, "")]
    walk.entry(
        "call_offered",
        number=run.number,
        caller_number=run.caller_number,
        caller_raw=run.caller_raw,
        caller_name=run.caller_name,
        flow=run.flow,
        revision=run.revision,
        language=run.language,
        **_forwarding(event),
    )
    if event.blocked:
        ending.finish(walk, "flow", "the caller is on the block list", ended_as="blocked")
        return True
    _go(walk, walk.flow.graph(run.flow).start)
    return True


def _forwarding(event: CallOffered) -> dict[str, str]:
    if not event.forwarded_from:
        return {}
    return {
        "dialled": event.dialled,
        "forwarded_from": event.forwarded_from,
        "forwarded_because": event.forwarded_because,
    }


def _go(walk: Walk, slug: str) -> None:
    _enter(walk, slug)
    _follow(walk)


def _follow(walk: Walk) -> None:
    """Follow exits from node to node until the run waits or the call is over."""
    for _ in range(NODES_PER_TURN):
        if walk.start is not None:
            _enter(walk, walk.start)
            continue
        if walk.exit is None:
            if walk.run.outcome is None and walk.run.wait is None:
                raise FlowError(f"node {walk.name} waits for nothing")
            return
        slug = _follower(walk)
        if slug is not None:
            _enter(walk, slug)
    raise FlowError(f"more than {NODES_PER_TURN} nodes without a wait; the last is {walk.name}")


def _enter(walk: Walk, slug: str) -> None:
    run, frame = walk.run, walk.frame
    frame.node, frame.memory = slug, {}
    walk.exit = walk.start = None
    run.wait = None
    run.steps += 1
    if run.steps > NODES_PER_CALL * (run.refuge + 1):
        raise FlowError(f"more than {NODES_PER_CALL} nodes in one call")
    place = walk.flow.place(frame.flow, slug)
    walk.entry("node_entered", node=walk.name, type=place.type)
    if place.node is None:
        raise FlowError(place.fault)
    place.node.enter(walk)


def _follower(walk: Walk) -> str | None:
    """Return the next node's slug, ``None`` when the exit ended a subflow or the call."""
    name = walk.exit or ""
    frame = walk.frame
    place = walk.flow.place(frame.flow, frame.node)
    walk.entry("exit_taken", node=walk.name, exit=name)
    exits = place.node.exits() if place.node else {}
    known = exits.get(name)
    while name not in place.exits and known is not None and known.instead:
        name = known.instead
        known = exits.get(name)
    if name in place.exits:
        return place.exits[name]
    if len(walk.run.frames) > 1:
        walk.run.frames.pop()
        parent = walk.exits
        walk.exit = name if name in parent else "done"
        return None
    run = walk.run
    if (known is None or not known.ends) and not (
        run.talked or run.message_left or run.callback_booked
    ):
        raise FlowError(f"node {walk.name}, exit {name}: leads nowhere")
    by = walk.memory.get("ended_by", "flow")
    ending.finish(walk, by, f"exit {name} of {walk.name} is the end")
    return None


def _fail(walk: Walk, fault: Exception, hung_up: str) -> None:
    """Try one refuge after the other; each works, or fails in its turn, and there are few."""
    while True:
        try:
            fail(walk, _sentence(fault), _go, hung_up)
        except Exception as another:  # noqa: BLE001 - the next refuge is for this one as well
            fault = another
        else:
            return


def _sentence(fault: Exception) -> str:
    if isinstance(fault, FlowError):
        return str(fault)
    return f"fault of the interpreter: {type(fault).__name__}: {fault}"
