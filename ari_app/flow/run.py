"""A run: one traversal of a flow by one call, as data that can be saved after every turn.

A :class:`Wait` and a :class:`Leg` are replaced, never changed in place, and so are the values in a
:class:`Frame`'s memory: that lets :func:`copy_run` share them between one turn and the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

Json = Any

VERSION = 2
"""Version of the stored form; see :data:`_MIGRATIONS`."""


@dataclass(slots=True)
class Wait:
    """What the run waits for. ``deadline`` is Unix seconds, or ``None`` for an open end."""

    id: str
    kind: str
    deadline: float | None = None


@dataclass(slots=True)
class Leg:
    """Another party of the call: ``state`` is ``ringing`` or ``talking``, since ``since``.

    ``recording`` is the id of the talk's recording, if it is recorded.
    """

    id: str
    state: str
    agent: str | None = None
    number: str | None = None
    since: float = 0.0
    recording: str | None = None


@dataclass(slots=True)
class Frame:
    """A place in a flow; a subflow adds one on top. ``memory`` is the node's own (JSON)."""

    flow: str
    node: str
    memory: dict[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """The whole state of a call between two turns. Plain JSON goes in and out.

    ``turn`` counts the turns; ids are made of ``call``, ``turn`` and a counter.
    ``outcome`` is set exactly once, by the turn that ends the call.

    ``queue`` is the one in which the caller waits, ``last_queue`` the latest one of the call.
    ``queued_at`` is the time from which the caller's wait counts, ``waited_seconds`` the sum over
    the queues already left (``None``: never in one). ``playing`` and ``recording`` are ids of what
    runs on the caller's channel. ``sought`` says that the flow tried to bring the caller to
    somebody, ``message_left`` is ``message`` or ``voicemail``. ``record`` is ``False`` for a caller
    who refused recording, ``callback_refused`` ``True`` for one who wants no call back. ``steps``
    counts nodes entered, ``refuge`` how far a broken flow has already fallen back (see
    :mod:`ari_app.flow.failure`).
    """

    call: str
    client: str
    number: str
    flow: str
    revision: int
    language: str
    started_at: float
    turn: int = 0
    caller_number: str | None = None
    caller_raw: str = ""
    caller_name: str = ""
    known: bool = False
    vip: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    wait: Wait | None = None
    legs: dict[str, Leg] = field(default_factory=dict)
    digits: str = ""
    playing: str | None = None
    recording: str | None = None
    music: bool = False
    answered: bool = False
    queue: str | None = None
    last_queue: str | None = None
    queued_at: float | None = None
    waited_seconds: float | None = None
    sought: bool = False
    talked: bool = False
    message_left: str | None = None
    callback_booked: bool = False
    callback_refused: bool = False
    record: bool = True
    steps: int = 0
    refuge: int = 0
    outcome: str | None = None


_FIELDS = tuple(Run.__dataclass_fields__)
_values = attrgetter(*_FIELDS)


def copy_run(run: Run) -> Run:
    """Return a copy that a turn may change without changing ``run``."""
    copy = Run(*_values(run))
    copy.variables = dict(run.variables)
    copy.legs = dict(run.legs)
    copy.frames = [Frame(frame.flow, frame.node, dict(frame.memory)) for frame in run.frames]
    return copy


def run_to_json(run: Run) -> dict[str, Json]:
    """Return the run as plain JSON, with the version of the stored form."""
    data = dict(zip(_FIELDS, _values(run), strict=True))
    data["version"] = VERSION
    data["variables"] = dict(run.variables)
    data["frames"] = [
        {"flow": frame.flow, "node": frame.node, "memory": frame.memory} for frame in run.frames
    ]
    wait = run.wait
    data["wait"] = wait and {"id": wait.id, "kind": wait.kind, "deadline": wait.deadline}
    data["legs"] = {
        leg.id: {
            "id": leg.id,
            "state": leg.state,
            "agent": leg.agent,
            "number": leg.number,
            "since": leg.since,
            "recording": leg.recording,
        }
        for leg in run.legs.values()
    }
    return data


def run_from_json(data: dict[str, Json]) -> Run:
    """Return the run that :func:`run_to_json` wrote, in this version or an older one.

    Raises ``ValueError`` for a form from the future.
    """
    version = data.get("version")
    if not isinstance(version, int) or not 0 < version <= VERSION:
        raise ValueError(f"run {data.get('call')}: stored form {version!r} is unknown here")
    for migrate in _MIGRATIONS[version - 1 :]:
        data = migrate(data)
    fields = {name: data[name] for name in _FIELDS}
    fields["variables"] = dict(data["variables"])
    fields["frames"] = [
        Frame(frame["flow"], frame["node"], dict(frame["memory"])) for frame in data["frames"]
    ]
    fields["wait"] = data["wait"] and Wait(**data["wait"])
    fields["legs"] = {key: Leg(**leg) for key, leg in data["legs"].items()}
    return Run(**fields)


def _with_callback_refused(data: dict[str, Json]) -> dict[str, Json]:
    return {**data, "callback_refused": False}


_MIGRATIONS: tuple[Any, ...] = (_with_callback_refused,)
"""The n-th function turns stored form n into n + 1; each has a pair of files in tests."""
