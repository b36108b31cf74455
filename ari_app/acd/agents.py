"""An agent's state, and the table of how it changes.

===================  =======  ========  ========  =======  ========  =======  =======
event                offline  ready     reserved  ringing  talking   wrap_up  paused
===================  =======  ========  ========  =======  ========  =======  =======
phone_registered     rest     .         .         .        .         .        .
phone_lost           .        offline   .         .        .         offline  offline
reserve              -        reserved  -         -        -         -        -
ring                 -        -         ringing   -        -         -        -
answer               talking  talking   talking   talking  -         talking  talking
release              -        -         rest      rest     wrap_up   -        -
wrap_up_over         -        -         -         -        -         rest     -
lease_over           -        -         rest      rest     -         -        -
pause                .        paused    .         .        .         paused   paused
unpause              .        -         .         .        .         .        rest
new_day              .        .         .         .        .         .        .
===================  =======  ========  ========  =======  ========  =======  =======

``-`` is refused, ``.`` keeps the state (a fact may be noted), *rest* is where one goes who is
free: offline without a phone, paused with a reason to pause, else ready. A pause or a lost phone
during a call is thus remembered and takes effect after it. ``answer`` is accepted from everywhere
but another call, because recovery may find two people talking whom nobody remembers reserving.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

OFFLINE = "offline"
READY = "ready"
RESERVED = "reserved"
RINGING = "ringing"
TALKING = "talking"
WRAP_UP = "wrap_up"
PAUSED = "paused"
STATES = (OFFLINE, READY, RESERVED, RINGING, TALKING, WRAP_UP, PAUSED)
HELD = frozenset({RESERVED, RINGING, TALKING})
"""States in which the agent belongs to a call."""

NOT_READY = "not_ready"
"""Pause reason of one whose phone registered but who has not said to be ready."""
OFF_DUTY = "off_duty"
"""Pause reason of one who has gone home."""
MISSED_CALLS = "missed_calls"
"""Pause reason of one whose phone rang in vain too often."""
REST_SECONDS = {
    "busy": 5.0, "no_answer": 5.0, "wordless": 5.0, "unreachable": 10.0, "refused": 10.0,
}  # fmt: skip
"""How long an agent is offered nothing after a ring with this result, ``unreachable`` also after a
talk whose line broke. Without it a phone that is busy at once would be rung hundreds of times a
second for the same caller."""
FARTHEST_SECONDS = 7200.0
"""No rest, lease or wrap-up is longer: one that ends later was set by a clock that was wrong."""
IN_VAIN = frozenset({"no_answer", "unreachable", "wordless"})
"""Results of a ring that say nobody takes calls there; a refusal says that somebody does."""

_KEEP = "keep"
_REST = "rest"
TABLE: Mapping[str, Mapping[str, str]] = {
    "phone_registered": {**dict.fromkeys(STATES, _KEEP), OFFLINE: _REST},
    "phone_lost": {
        **dict.fromkeys(STATES, _KEEP),
        **dict.fromkeys((READY, WRAP_UP, PAUSED), OFFLINE),
    },
    "reserve": {READY: RESERVED},
    "ring": {RESERVED: RINGING},
    "answer": {state: TALKING for state in STATES if state != TALKING},
    "release": {RESERVED: _REST, RINGING: _REST, TALKING: WRAP_UP},
    "wrap_up_over": {WRAP_UP: _REST},
    "lease_over": {RESERVED: _REST, RINGING: _REST},
    "pause": {
        **dict.fromkeys(STATES, _KEEP),
        **dict.fromkeys((READY, WRAP_UP, PAUSED), PAUSED),
    },
    "unpause": {**{state: _KEEP for state in STATES if state != READY}, PAUSED: _REST},
    "new_day": dict.fromkeys(STATES, _KEEP),
}


class AgentView(Struct, frozen=True):
    """One agent as the decision and the boards see them. Times are Unix seconds.

    A struct of msgspec, since an agent is copied some twenty times a call, and a dataclass takes
    twenty times as long for it.

    ``levels``: skill level per client, and with it the clients served. ``since``: when the state
    began. ``idle_since``: from when the agent counts as idle. ``rung_at``: when a call was last
    offered. ``rests_until``: no offer before this time, after a missed ring. ``reason``: why
    paused, or to be paused after this call. ``until``: when the lease (reserved, ringing) or the
    wrap-up ends. ``owner``: the controller whose call it is. ``version`` counts the changes in
    the shared store.
    """

    slug: str
    levels: Mapping[str, int] = {}
    ready_on_register: bool = True
    state: str = OFFLINE
    since: float = 0.0
    registered: bool = False
    reason: str = ""
    call: str | None = None
    owner: str = ""
    until: float | None = None
    idle_since: float = 0.0
    rung_at: float = 0.0
    rests_until: float = 0.0
    missed_rings: int = 0
    calls_today: int = 0
    day: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """What happened to an agent; ``name`` is a row of the table.

    ``call`` goes with reserve, ring, answer and release; ``owner`` with reserve and answer.
    ``seconds``: the lease (reserve, ring) or the wrap-up (release). ``result``: of a release, as in
    :class:`ari_app.flow.commands.ReleaseAgent`. ``pause_after``: rings in vain in a row that
    pause the agent, 0 for never. ``reason``: of a pause. ``day``: today's date for new_day.
    """

    name: str
    call: str | None = None
    owner: str = ""
    seconds: float = 0.0
    result: str = ""
    pause_after: int = 0
    reason: str = ""
    day: str = ""


def step(agent: AgentView, event: AgentEvent, now: float) -> AgentView | None:
    """Return the agent after the event, or ``None`` when the table refuses it.

    Refused too: ring, answer and release for another call than the one that holds the agent.
    """
    target = TABLE[event.name].get(agent.state)
    if target is None:
        return None
    if event.name in ("ring", "answer", "release") and agent.call not in (event.call, None):
        return None
    noted = _note(agent, event, now)
    state = _target(noted, target, event)
    after = replace(
        noted,
        state=state,
        since=agent.since if state == agent.state else now,
        until=_until(noted, state, event, now),
    )
    if state in HELD:
        return after
    return replace(after, call=None, owner="", idle_since=_idle_since(agent, state, event, now))


def rests(agent: AgentView, now: float) -> bool:
    """Return whether the agent is offered nothing yet, after a missed ring."""
    return now < agent.rests_until <= now + FARTHEST_SECONDS


def due(agent: AgentView, now: float) -> AgentEvent | None:
    """Return the event that the passing of time has caused, or ``None``."""
    if agent.until is None or now < agent.until <= now + FARTHEST_SECONDS:
        return None
    return AgentEvent("wrap_up_over" if agent.state == WRAP_UP else "lease_over")


def _note(agent: AgentView, event: AgentEvent, now: float) -> AgentView:
    """What the event says besides the state."""
    facts: dict[str, Any] = {}
    match event.name:
        case "phone_registered":
            facts = {"registered": True, "reason": agent.reason or _reason_to_wait(agent)}
        case "phone_lost":
            facts = {"registered": False}
        case "reserve":
            facts = {"call": event.call, "owner": event.owner, "rung_at": now}
        case "answer":
            facts = {"call": event.call, "owner": event.owner}
        case "release":
            facts = _released(agent, event, now)
        case "pause":
            facts = {"reason": event.reason}
        case "unpause":
            facts = {"reason": "", "missed_rings": 0, "rests_until": 0.0}
        case "new_day" if agent.day != event.day:
            facts = {"day": event.day, "calls_today": 0}
    return replace(agent, **facts)


def _released(agent: AgentView, event: AgentEvent, now: float) -> dict[str, Any]:
    talked = agent.state == TALKING and event.result != "wordless"
    facts = {"calls_today": agent.calls_today + 1} if talked else {}
    if agent.state == TALKING and event.result not in IN_VAIN:
        return {**facts, "missed_rings": 0}
    return {**facts, **_missed(agent, event, now)}


def _missed(agent: AgentView, event: AgentEvent, now: float) -> dict[str, Any]:
    rest = {"rests_until": now + REST_SECONDS.get(event.result, 0.0)}
    if event.result not in IN_VAIN:
        return rest
    missed = agent.missed_rings + 1
    given_up = 0 < event.pause_after <= missed
    reason = agent.reason or (MISSED_CALLS if given_up else "")
    return {**rest, "missed_rings": missed, "reason": reason}


def _reason_to_wait(agent: AgentView) -> str:
    return NOT_READY if agent.state == OFFLINE and not agent.ready_on_register else ""


def _target(agent: AgentView, target: str, event: AgentEvent) -> str:
    if target == _KEEP:
        return agent.state
    if target == WRAP_UP and agent.registered and event.seconds > 0:
        return WRAP_UP
    if target in (_REST, WRAP_UP):
        if not agent.registered:
            return OFFLINE
        return PAUSED if agent.reason else READY
    return target


def _until(agent: AgentView, state: str, event: AgentEvent, now: float) -> float | None:
    if state == agent.state:
        return agent.until
    return now + event.seconds if state in (RESERVED, RINGING, WRAP_UP) else None


def _idle_since(agent: AgentView, state: str, event: AgentEvent, now: float) -> float:
    """A ring that was called off costs nobody their turn; a ring that was missed does."""
    called_off = event.name == "lease_over" or event.result == "cancelled"
    if state == agent.state or (called_off and agent.state != TALKING):
        return agent.idle_since
    return now
