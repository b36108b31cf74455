"""Whatever stands in whatever field, what is said of it is ours: no library's sentence.

Every field of every model, the nodes' too, gets every kind of value that YAML can hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel, ValidationError

from ari_app.commands.texts import Texts
from ari_app.flow.definition import flow_model, validate
from ari_app.flow.manual import example
from ari_app.flow.nodes import TYPES, node_type
from ari_app.flow.refusal import reason
from ari_app.flow.said import Said
from ari_app.store.client_document import AgentsDocument, ClientDocument
from tests.commands.test_sentences import templates

VALUES: list[Any] = [
    None, True, 0, -1, 3, 10**30, 1.5, float("nan"), float("inf"), "", " ", "3", "true", "no",
    "Захиалга", "a b", "a\nb", "*", "#", "x" * 30_000, "\ud800", "standard:", "../etc", "+1",
    [], [None], [1], ["x"], [{}], [{"nobody": 1}], {}, {"a": None}, {"a": {}}, {"nobody": 1},
    {"Ä": "x"}, {"type": "x"}, {"type": 5}, {1: 2},
    {f"k{n}": "x" for n in range(600)}, ["x"] * 600,
]  # fmt: skip

CLIENT: dict[str, Any] = {
    "client": "shop", "name": "Shop", "language": "en", "timezone": "Asia/Ulaanbaatar",
    "colour": "#e8590c", "answer_phrase": {"en": "Shop"}, "short_abandon_seconds": 5,
    "record": True, "fallback_queue": "sales",
    "numbers": [{"number": "+97677551002", "flow": "main", "label": "Main"}],
    "calendars": {"main": {
        "timezone": "Asia/Ulaanbaatar", "weekly": {"mon": ["09:00-18:00"]},
        "exceptions": [{"date": "2026-12-30", "hours": [], "name": "x", "exit": "holiday"}],
        "holidays": {"country": "DE", "subdivision": "BY"}, "override": "open",
    }},
    "queues": {"sales": {
        "strategy": "ring_all", "ring_seconds": 20, "wrap_up_seconds": 10, "max_waiting": 0,
        "weight": 1.5, "music": "default",
    }},
    "prompts": {"hello": {"en": {"text": "Hello"}, "mn": {"file": "hello.wav"}}},
    "agents": {"bold": 5}, "flows": {"main": {}},
}  # fmt: skip
AGENTS = {"agents": {"bold": {"name": "Болд", "ready_on_register": True, "ring_seconds": 20}}}


def changed(document: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield copies in which one place holds something else, one place lacks, one is too much."""
    yield from (((), value) for value in VALUES)
    if isinstance(document, dict):
        yield (), {**document, "nobody": 1}
        yield (), {**document, 5: 1}
        for name in document:
            yield (name,), {key: value for key, value in document.items() if key != name}
            for path, inner in changed(document[name]):
                yield (name, *path), {**document, name: inner}
    elif isinstance(document, list):
        for n, member in enumerate(document):
            for path, inner in changed(member):
                yield (n, *path), [*document[:n], inner, *document[n + 1 :]]


def is_ours(said: str) -> bool:
    known, catalogue = templates(), Texts("mn")
    return (
        isinstance(said, Said)
        and said.template in known
        and catalogue.said(said) != said
        and all(is_ours(each) for each in said.values.values() if isinstance(each, Said))
    )


@pytest.mark.parametrize(
    ("model", "document"), [(ClientDocument, CLIENT), (AgentsDocument, AGENTS)]
)
def test_every_field_of_a_document(model: type[BaseModel], document: dict[str, Any]) -> None:
    model.model_validate(document)
    said: set[str] = set()
    for _, other in changed(document):
        try:
            model.model_validate(other)
        except ValidationError as error:
            said |= {reason(model, each) for each in error.errors(include_url=False)}
    assert len(said) > 15
    assert [each for each in said if not is_ours(each)] == []


def whole(kind: type[Any]) -> dict[str, Any]:
    """Every setting of a node, or of a part of one, with something plausible in it."""
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: plausible(hints[each.name]) for each in fields(kind)}


def plausible(hint: Any) -> Any:
    if hasattr(hint, "__metadata__"):
        return plausible(hint.__origin__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return [plausible(arguments[0])]
    if origin is dict:
        return {"1": plausible(arguments[1])}
    if type(None) in arguments:
        return plausible(arguments[0])
    if isinstance(hint, type) and is_dataclass(hint):
        return whole(hint)
    return {str: "x", int: 5, bool: True, float: 1.5}[hint]


@pytest.mark.parametrize("name", TYPES)
def test_every_setting_of_a_node(name: str) -> None:
    kind = node_type(name, name)
    node = {**whole(kind), **example(kind)}
    said: set[str] = set()
    for _, other in changed(node):
        flow = {"spec_version": 1, "start": "it", "nodes": {"it": other}}
        said |= {problem.message for problem in problems(flow)}
    assert len(said) > 3
    assert [each for each in said if not is_ours(each)] == []


def test_every_field_of_a_flow() -> None:
    flow = {
        "spec_version": 1, "name": "Main", "language": "mn", "start": "bye", "on_failure": "bye",
        "nodes": {"bye": {"type": "hangup"}},
    }  # fmt: skip
    said: set[str] = set()
    for _, other in changed(flow):
        said |= {problem.message for problem in problems(other)}
    assert len(said) > 10
    assert [each for each in said if not is_ours(each)] == []


def problems(flow: Any) -> list[Any]:
    """What the settings' own checks say; what a sound flow's nodes have to do with one another is
    looked at afterwards."""
    try:
        flow_model().model_validate_json(json.dumps(flow))
    except (ValidationError, TypeError, ValueError):
        return validate(flow)
    return []
