"""What to do for a call, in the imperative: the output of :func:`ari_app.flow.engine.advance`.

A command is plain data and can be stored and done again: ids are made from the call and the turn,
so doing one twice is harmless. Telephony carries them out in order, the next without waiting for
the one before. Every command has ``id``, unique within its call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, get_args


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick up the caller's call."""

    id: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play these items one after another to the caller; ``id`` comes back in ``PlayFinished``.

    An item is ``client:SLUG`` (a prompt of the call's client) or ``standard:PATH`` (one of the
    standard set), spoken in ``language``. ``node`` is the name of the node that plays. Whoever
    carries this out journals ``prompt_played`` when the sound begins.
    """

    id: str
    items: tuple[str, ...]
    language: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """Stop the play ``play`` now, if it still runs."""

    id: str
    play: str


@dataclass(frozen=True, slots=True)
class StartMusic:
    """Let the caller wait with music."""

    id: str
    music: str = "default"


@dataclass(frozen=True, slots=True)
class StopMusic:
    """End the waiting music."""

    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """Record a message of the caller. ``id`` comes back in ``RecordFinished``.

    ``finish_on`` is a key that ends it, or empty.
    """

    id: str
    max_seconds: int
    silence_seconds: int
    finish_on: str = "#"
    beep: bool = True


@dataclass(frozen=True, slots=True)
class StopRecording:
    """End the message ``record`` and keep it."""

    id: str
    record: str


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Line the caller up. ``since`` is the Unix time from which the wait counts.

    ``back``: the caller stood in this line before, and keeps the place however long it is by now.
    """

    id: str
    queue: str
    since: float
    priority: int = 0
    agent: str | None = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Take the caller out of the line."""

    id: str
    queue: str


@dataclass(frozen=True, slots=True)
class RingAgent:
    """Ring an agent's phone as leg ``leg``; Asterisk itself gives up after ``ring_seconds``."""

    id: str
    leg: str
    agent: str
    ring_seconds: float


@dataclass(frozen=True, slots=True)
class RingNumber:
    """Ring an outside number (E.164 digits) as leg ``leg``."""

    id: str
    leg: str
    number: str
    ring_seconds: float


@dataclass(frozen=True, slots=True)
class EndLeg:
    """Hang up leg ``leg``, ringing or answered."""

    id: str
    leg: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Join the caller and the answered leg, so that they talk; ends music.

    ``recording`` is the id of the recording to make from now on, or ``None``.
    """

    id: str
    leg: str
    recording: str | None


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Take the caller out of the talk with ``leg`` and back to the flow; ends its recording."""

    id: str
    leg: str


@dataclass(frozen=True, slots=True)
class ReleaseAgent:
    """This agent is no longer held by the call.

    ``result``: ``talked`` (wrap-up follows), ``wordless`` (picked up, and hung up before a word),
    ``busy``, ``no_answer``, ``refused``, ``unreachable`` or ``cancelled`` (somebody else answered,
    or the caller left). ``since`` is the Unix time of the talk's end, from which the wrap-up
    counts; ``None``: now.
    """

    id: str
    agent: str
    result: str
    since: float | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the caller's call."""

    id: str


Command = (
    Answer
    | Play
    | StopPlaying
    | StartMusic
    | StopMusic
    | Record
    | StopRecording
    | JoinQueue
    | LeaveQueue
    | RingAgent
    | RingNumber
    | EndLeg
    | Connect
    | Disconnect
    | ReleaseAgent
    | HangUp
)

_TYPES: dict[str, type[Any]] = {
    re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in get_args(Command)
}
_NAMES = {kind: name for name, kind in _TYPES.items()}


def to_json(command: Command) -> dict[str, Any]:
    """Return the command as plain JSON: ``{"type": "play", "id": …, …}``."""
    data: dict[str, Any] = {"type": _NAMES[type(command)]}
    for name in command.__dataclass_fields__:
        value = getattr(command, name)
        data[name] = list(value) if isinstance(value, tuple) else value
    return data


def from_json(data: dict[str, Any]) -> Command:
    """Return the command that :func:`to_json` wrote. Raises ``ValueError`` for an unknown type."""
    kind = _TYPES.get(data["type"])
    if kind is None:
        raise ValueError(f"command {data.get('id')}: unknown type {data['type']!r}")
    fields = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in data.items()
        if name != "type"
    }
    command: Command = kind(**fields)
    return command
