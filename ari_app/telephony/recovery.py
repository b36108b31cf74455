"""What to do on every (re)connect: hold what we know against what Asterisk has. Pure.

Theory of operation
    Events that happened while no controller was connected are lost for good, and Asterisk keeps
    what was in our hands where it was. So nothing is replayed: the open runs of the journal are
    compared with Asterisk's channels and bridges, and each difference has one cure.

Rules
1. A caller's channel that is gone means a caller who hung up, or, if Asterisk started later than
   the run, a call that was cut.
2. A caller still in our application is resumed where the run stands, with the legs that live.
3. A caller outside of our application belongs to the fallback: leave it alone.
4. A caller in our application without a run is new: start one.
5. A leg without an open run, a bridge of a call that is over, and a channel that neither the
   dialplan nor we brought here, are taken down.
6. Of the commands that may not have been carried out (:func:`to_repeat`), those are done again
   whose effect a resumed node does not bring about itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ari_app.flow import commands as c
from ari_app.telephony.call_names import call_of

_REPEATED = (c.Answer, c.StopPlaying, c.Disconnect, c.EndLeg, c.StopRecording)


@dataclass(frozen=True, slots=True)
class FoundChannel:
    """A channel as Asterisk lists it. ``ours``: it is in our application.

    ``told`` is what the dialplan tells of a caller; empty for a channel that did not come by it.
    """

    id: str
    up: bool
    ours: bool
    told: str = ""


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has not ended: its call, the caller's channel, and its legs' ids."""

    call: str
    channel: str
    legs: tuple[str, ...]
    started_at: float


@dataclass(frozen=True, slots=True)
class Resume:
    """Take the caller up again where the run stands."""

    call: str
    answered: tuple[str, ...]
    ringing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """The caller's channel is gone; ``cut`` if Asterisk died with it."""

    call: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody else, the fallback, has the caller now."""

    call: str


@dataclass(frozen=True, slots=True)
class Begin:
    """A caller of whom the journal knows nothing."""

    channel: FoundChannel


@dataclass(frozen=True, slots=True)
class DropLeg:
    """Hang this leg up: its call is over."""

    channel: str


@dataclass(frozen=True, slots=True)
class DropBridge:
    """Take this bridge down: its call is over."""

    bridge: str


Step = Resume | Close | Leave | Begin | DropLeg | DropBridge


def plan(
    runs: Iterable[OpenRun],
    channels: Mapping[str, FoundChannel],
    bridges: Iterable[str],
    asterisk_started_at: float,
) -> list[Step]:
    """Return the steps that make our calls and Asterisk's agree again.

    Times are Unix seconds. ``bridges`` are the ids of all of Asterisk's bridges.
    """
    steps: list[Step] = []
    callers = set()
    alive = set()
    for run in runs:
        callers.add(run.channel)
        caller = channels.get(run.channel)
        if caller is None:
            steps.append(Close(run.call, cut=asterisk_started_at > run.started_at))
        elif not caller.ours:
            steps.append(Leave(run.call))
        else:
            legs = [channels[leg] for leg in run.legs if leg in channels]
            answered = tuple(leg.id for leg in legs if leg.up)
            ringing = tuple(leg.id for leg in legs if not leg.up)
            alive.add(run.call)
            steps.append(Resume(run.call, answered, ringing))
    for channel in channels.values():
        call = call_of(channel.id)
        if call is not None:
            if call not in alive:
                steps.append(DropLeg(channel.id))
        elif channel.ours and channel.id not in callers:
            steps.append(Begin(channel) if channel.told else DropLeg(channel.id))
    for bridge in bridges:
        call = call_of(bridge)
        if call is not None and call not in alive:
            steps.append(DropBridge(bridge))
    return steps


def to_repeat(commands: Iterable[c.Command], *, answered: bool) -> list[c.Command]:
    """Return which commands of a run's last turn are to be done again, in order.

    Nobody knows whether the controller was killed before or after it sent them. These are harmless
    when done twice. The others are not, or are not needed: a resumed node plays its prompt,
    starts its music, joins its line, rings its phones and joins who talk again. ``answered``: the
    caller's channel is up, so that Answer has been done; again it would wait for the prompt that
    still plays.
    """
    return [
        command
        for command in commands
        if isinstance(command, _REPEATED) and not (answered and isinstance(command, c.Answer))
    ]
