"""What happened to a call, in the past tense: the input of :func:`ari_app.flow.engine.advance`.

Telephony translates Asterisk's messages into these; the queue and the recovery make the others.
An event carries facts alone, never a decision. All times are Unix seconds, UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CallOffered:
    """A caller's call reached us. Always the first event of a run.

    ``caller_number`` is E.164 or ``None`` (withheld, or nothing that can be dialled);
    ``caller_raw`` and ``caller_name`` are what the network sent, hostile until proven otherwise;
    both are empty when the caller withheld the number.

    A forwarded call has ``forwarded_from``, the number that the caller dialled, and
    ``forwarded_because``: ``busy``, ``no_answer``, ``always``, or empty when nobody says.
    ``dialled`` is the number to which it was forwarded.
    """

    caller_number: str | None = None
    caller_raw: str = ""
    caller_name: str = ""
    known: bool = False
    vip: bool = False
    blocked: bool = False
    dialled: str = ""
    forwarded_from: str = ""
    forwarded_because: str = ""


@dataclass(frozen=True, slots=True)
class DtmfReceived:
    """The caller pressed one key: ``0`` to ``9``, ``*``, ``#``, ``A`` to ``D``."""

    digit: str


@dataclass(frozen=True, slots=True)
class PlayFinished:
    """The play with this id came to its end, was stopped, or could not be played (``failed``)."""

    play: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class RecordFinished:
    """The caller's message ended. ``seconds`` is its length; 0 when nothing was recorded."""

    record: str
    seconds: float
    failed: bool = False


@dataclass(frozen=True, slots=True)
class QueueJoined:
    """The queue took the caller in. ``position`` counts from 1; ``None``: nobody knows it.

    ``agents`` are on duty and not on a break. ``wait_seconds`` is the expected wait, if known.
    """

    queue: str
    position: int | None
    agents: int
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class QueueRefused:
    """The queue does not take the caller, or no longer: ``reason`` is ``no_agents`` or ``full``."""

    queue: str
    reason: str


@dataclass(frozen=True, slots=True)
class QueueMoved:
    """The caller's place or the expected rest of the wait, if that is known, is another now."""

    queue: str
    position: int
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class AgentsReserved:
    """The queue reserved these agents for the caller: ring them (all at once if several).

    ``own_seconds``: how long those agents are rung who have a time of their own.
    """

    queue: str
    agents: tuple[str, ...]
    ring_seconds: float
    own_seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The far end of this leg picked up."""

    leg: str


@dataclass(frozen=True, slots=True)
class LegFailed:
    """This leg ended before it was answered.

    ``reason``: ``busy``, ``no_answer``, ``refused``, ``unreachable`` or ``cancelled``.
    """

    leg: str
    reason: str


@dataclass(frozen=True, slots=True)
class TalkDelayed:
    """The caller and this leg, which has answered, could not hear each other before now."""

    leg: str


@dataclass(frozen=True, slots=True)
class LegHungUp:
    """An answered leg ended. ``lost`` when it died without anybody hanging up.

    ``at`` is when, if that is known to be earlier than now.
    """

    leg: str
    lost: bool = False
    at: float | None = None


@dataclass(frozen=True, slots=True)
class WaitTimedOut:
    """The deadline of the run's wait passed. ``wait`` is the wait's id: a late one is ignored."""

    wait: str


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller's channel is gone. ``at`` is when, if that is known to be earlier than now.

    ``ended`` are legs that ended while nobody looked, before the caller or after. ``lost`` when
    nobody hung up: no sound came from the caller's network any more.
    """

    at: float | None = None
    ended: tuple[LegHungUp, ...] = ()
    lost: bool = False


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """Asterisk refused a command; ``command`` is its id, ``reason`` Asterisk's words."""

    command: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The call was found alive after the controller was away: do again what the caller needs now.

    ``answered`` and ``ringing`` are the run's legs that still exist, ``ended`` those of the others
    of which it is known when and how they ended.
    """

    answered: tuple[str, ...] = ()
    ringing: tuple[str, ...] = ()
    ended: tuple[LegHungUp, ...] = ()


@dataclass(frozen=True, slots=True)
class CallCut:
    """Asterisk itself died with the call. ``at``: the last moment at which the call is known.

    ``ended`` are legs that ended before that, while nobody looked.
    """

    at: float | None = None
    ended: tuple[LegHungUp, ...] = ()


Event = (
    CallOffered
    | DtmfReceived
    | PlayFinished
    | RecordFinished
    | QueueJoined
    | QueueRefused
    | QueueMoved
    | AgentsReserved
    | LegAnswered
    | LegFailed
    | TalkDelayed
    | LegHungUp
    | WaitTimedOut
    | CallerHungUp
    | CommandFailed
    | Resumed
    | CallCut
)
