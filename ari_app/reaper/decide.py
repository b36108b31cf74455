"""What to clear while no controller is there. Pure.

Theory of operation
    A caller in our hands is under a lease, and Asterisk itself takes the caller out when it runs
    out: nothing is to be done. Two people who talk are under the long cap only, so that a fault of
    ours does not cut them. When one of them hangs up then, the other stays, alone and silent, for
    hours: that is the controller's work, and the reaper's when there is no controller.

Rules
1. While a controller is there, nothing is done. When one was within ``ABSENT_SECONDS``, only legs
   are hung up whose caller is gone: nobody can want them any more, and they hear nothing.
2. Nothing is done about what was not so for ``SETTLED_SECONDS``: things are built step by step.
3. Two in a bridge are never touched, nor is a caller outside of our application.
4. A caller left alone in a talk's bridge, or in no bridge and without a lease, goes to the
   dialplan's fallback. A caller under a lease is left to the lease.
5. A leg that answered and talks with nobody is hung up; one that rings, when its caller is gone
   or with the fallback.
6. Bridges without a channel are deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ari_app.flow.ids import call_id
from ari_app.reaper.world import Bridge, Channel
from ari_app.telephony.call_names import call_of
from ari_app.telephony.lease import LONGEST_SECONDS

ABSENT_SECONDS = 10.0
SETTLED_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class ToFallback:
    """Send this caller to the dialplan's fallback."""

    channel: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Hang up this leg."""

    channel: str


@dataclass(frozen=True, slots=True)
class DeleteBridge:
    """Take this bridge down."""

    bridge: str


Act = ToFallback | HangUp | DeleteBridge


@dataclass(frozen=True, slots=True)
class Memory:
    """What the reaper remembers from one look to the next; times are seconds of one clock.

    ``alive_at`` is when a controller was there last; ``seen`` tells since when each act was called
    for.
    """

    alive_at: float
    seen: Mapping[Act, float]


def decide(
    channels: Sequence[Channel],
    bridges: Sequence[Bridge],
    *,
    before: Memory,
    now: float,
) -> tuple[list[Act], Memory]:
    """Return what to do, in this order, and what to remember.

    For moments at which no controller is there. What has been done and is called for once more
    is done again.
    """
    wanted = _wanted(channels, bridges)
    memory = Memory(before.alive_at, {act: before.seen.get(act, now) for act in wanted})
    absent = is_absent(before, now)
    orphans = _orphans(channels)
    acts = [
        act
        for act in wanted
        if now - memory.seen[act] >= SETTLED_SECONDS
        and (absent or (isinstance(act, HangUp) and act.channel in orphans))
    ]
    return acts, memory


def is_absent(memory: Memory, now: float) -> bool:
    """Tell whether the controller is gone for longer than any lease that it left."""
    return now - memory.alive_at >= ABSENT_SECONDS


def alone(channels: Sequence[Channel], bridges: Sequence[Bridge]) -> list[Channel]:
    """Return the callers of ours in no bridge: those of whom the time limit has to be known."""
    bridged = {channel for bridge in bridges for channel in bridge.channels}
    return [
        channel
        for channel in channels
        if channel.ours and call_of(channel.id) is None and channel.id not in bridged
    ]


def _wanted(channels: Sequence[Channel], bridges: Sequence[Bridge]) -> list[Act]:
    ours = [bridge for bridge in bridges if call_of(bridge.id) is not None]
    together = {each for bridge in bridges if len(bridge.channels) > 1 for each in bridge.channels}
    talks = {
        channel for bridge in ours if bridge.id.endswith("-talk") for channel in bridge.channels
    }
    callers = {call_id(channel.id): channel for channel in channels if call_of(channel.id) is None}
    acts: list[Act] = []
    for caller in callers.values():
        lonely = caller.id in talks and caller.id not in together
        if caller.ours and (lonely or _has_no_lease(caller)):
            acts.append(ToFallback(caller.id))
    for leg in channels:
        call = call_of(leg.id)
        if call is None or leg.id in together:
            continue
        if leg.up or not (call in callers and callers[call].ours):
            acts.append(HangUp(leg.id))
    acts += [DeleteBridge(bridge.id) for bridge in ours if not bridge.channels]
    return acts


def _orphans(channels: Sequence[Channel]) -> set[str]:
    """Return the legs whose caller's channel is gone."""
    callers = {call_id(channel.id) for channel in channels if call_of(channel.id) is None}
    calls = {channel.id: call_of(channel.id) for channel in channels}
    return {leg for leg, call in calls.items() if call is not None and call not in callers}


def _has_no_lease(caller: Channel) -> bool:
    """Tell whether nothing but the cap of a talk, if anything, ends this caller's silence."""
    left = caller.left_seconds
    return left is not None and (left == 0 or left > LONGEST_SECONDS)
