"""A published flow as the interpreter uses it, read from a bundle of JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ari_app.flow import migrations
from ari_app.flow.flow_error import FlowError
from ari_app.flow.node import Node
from ari_app.flow.nodes import node_type
from ari_app.flow.reading import read
from ari_app.flow.run import Run

if TYPE_CHECKING:
    from ari_app.flow.hours import Calendar

FALLBACK = "@fallback"
"""The flow of a caller whose own flow is broken, see :mod:`ari_app.flow.failure`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a flow, ready for use, with its followers by exit; or why it is not."""

    node: Node | None
    exits: dict[str, str]
    type: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """One definition: its nodes by slug, the first of them, and where to go when it fails."""

    start: str
    on_failure: str
    places: dict[str, Place]


@dataclass(frozen=True, slots=True)
class Flow:
    """All that the calls of one published revision need."""

    client: str
    slug: str
    revision: int
    language: str
    timezone: str
    short_abandon_seconds: int
    fallback_queue: str | None
    record: bool
    graphs: dict[str, Graph]
    calendars: dict[str, Any]
    _read_calendars: dict[str, Calendar] = field(default_factory=dict)

    @staticmethod
    def load(bundle: Any) -> Flow:
        """Read a bundle. Never raises: what is broken in it fails when a call comes there."""
        bundle = bundle if isinstance(bundle, dict) else {}
        slug = _text(bundle.get("flow"))
        definition = _table(bundle.get("definition"))
        queue = _text(bundle.get("fallback_queue")) or None
        graphs = {
            name: _graph(each, f"subflow {name}")
            for name, each in _table(bundle.get("subflows")).items()
        }
        graphs[slug] = _graph(bundle.get("definition"), f"flow {slug}")
        graphs[FALLBACK] = _graph(_fallback(queue), "fallback")
        short = bundle.get("short_abandon_seconds")
        return Flow(
            client=_text(bundle.get("client")),
            slug=slug,
            revision=bundle["revision"] if type(bundle.get("revision")) is int else 0,
            language=_text(definition.get("language")) or _text(bundle.get("language")) or "en",
            timezone=_text(bundle.get("timezone")) or "UTC",
            short_abandon_seconds=short if type(short) is int else 5,
            fallback_queue=queue,
            record=bundle.get("record") is not False,
            graphs=graphs,
            calendars=_table(bundle.get("calendars")),
        )

    def start(self, call: str, number: str, now: float) -> Run:
        """Return the new run of a call to ``number``; its first event is ``CallOffered``."""
        return Run(
            call=call,
            client=self.client,
            number=number,
            flow=self.slug,
            revision=self.revision,
            language=self.language,
            started_at=now,
        )

    def graph(self, slug: str) -> Graph:
        """Return the flow or subflow. Raises :class:`FlowError` when there is none."""
        graph = self.graphs.get(slug)
        if graph is None:
            raise FlowError(f"subflow {slug} does not exist")
        return graph

    def place(self, flow: str, slug: str) -> Place:
        """Return a node. Raises :class:`FlowError` when it is missing or broken."""
        place = self.graph(flow).places.get(slug)
        if place is None:
            raise FlowError(f"node {slug} does not exist" if slug else f"flow {flow} has no start")
        return place

    def calendar(self, slug: str) -> Calendar:
        """Return a calendar of the client. Raises :class:`FlowError` if missing or broken."""
        # Imported late, for the sake of the fallback's start: time zones take their time.
        from ari_app.flow.hours import Calendar  # noqa: PLC0415

        known = self._read_calendars.get(slug)
        if known is None:
            if slug not in self.calendars:
                raise FlowError(f"calendar {slug} does not exist")
            known = Calendar.read(self.calendars[slug], self.timezone, f"calendar {slug}")
            self._read_calendars[slug] = known
        return known


def _graph(definition: Any, where: str) -> Graph:
    try:
        definition = migrations.current(definition, where)
    except FlowError as fault:
        return Graph("start", "", {"start": Place(None, {}, fault=str(fault))})
    return Graph(
        start=_text(definition.get("start")),
        on_failure=_text(definition.get("on_failure")),
        places={slug: _place(slug, data) for slug, data in _table(definition.get("nodes")).items()},
    )


def _place(slug: str, data: Any) -> Place:
    kind = _text(_table(data).get("type"))
    exits = {
        name: target
        for name, target in _table(_table(data).get("exits")).items()
        if isinstance(target, str)
    }
    try:
        return Place(read(node_type(kind, slug), data, f"node {slug}"), exits, kind)
    except FlowError as fault:
        return Place(None, exits, kind, str(fault))


def _fallback(queue: str | None) -> dict[str, Any]:
    promise = {"type": "promise"}
    if queue is None:
        return {
            "spec_version": migrations.VERSION,
            "start": "promise",
            "nodes": {"promise": promise},
        }
    line = {"type": "queue", "queue": queue, "exits": {"timeout": "promise"}}
    return {
        "spec_version": migrations.VERSION,
        "start": "queue",
        "nodes": {"queue": line, "promise": promise},
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
