"""What settings name: prompts, queues, calendars, flows, music; and whether they are there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from ari_app.flow.node import Node
from ari_app.flow.problem import Problem
from ari_app.flow.said import Said, meant
from ari_app.flow.setting import Text

_STANDARD = "standard:"


def missing_names(slug: str, node: Node, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Yield the names of a node's settings that are not among the ``known`` of their role."""
    for place, role, name in named(node, ""):
        if role in known and name not in known[role] and not name.startswith(_STANDARD):
            said = _MISSING[role](name)
            severity = "warning" if role == "music" else "error"
            yield Problem(slug, place, meant(said, name, known[role]), severity)


def missing_standard(slug: str, node: Node, paths: Collection[str]) -> Iterator[Problem]:
    """Yield the standard prompts of a node's settings that do not exist."""
    for place, role, name in named(node, ""):
        path = name.removeprefix(_STANDARD)
        if role == "prompt" and path != name and path not in paths:
            said = Said("there is no standard prompt {name}", name=path)
            yield Problem(slug, place, meant(said, name, [_STANDARD + each for each in paths]))


_MISSING: dict[str, Callable[[str], Said]] = {
    "prompt": lambda name: Said("there is no prompt {name}", name=name),
    "queue": lambda name: Said("there is no queue {name}", name=name),
    "calendar": lambda name: Said("there is no calendar {name}", name=name),
    "flow": lambda name: Said("there is no flow {name}", name=name),
    "music": lambda name: Said("there is no music {name}; callers hear `default`", name=name),
}


def named(settings: Any, before: str) -> Iterator[tuple[str, str, str]]:
    """Yield field, role and name of each setting that names something of the client."""
    hints = get_type_hints(type(settings), include_extras=True)
    if role := getattr(settings, "role", ""):
        yield before + "value", role, settings.value
    for each in fields(settings):
        yield from _named_in(hints[each.name], getattr(settings, each.name), before + each.name)


def _named_in(annotation: Any, value: Any, place: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        role = next((text.role for text in _texts(annotation) if text.role), "")
        yield place, role, value
    elif isinstance(value, tuple):
        for n, member in enumerate(value):
            yield from _named_in(annotation, member, f"{place}.{n}")
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _named_in(_of_members(annotation), member, f"{place}.{name}")
    elif is_dataclass(value):
        yield from named(value, f"{place}.")


def _of_members(annotation: Any) -> Any:
    """Return what a table's annotation says of its values."""
    while get_origin(annotation) is not dict:
        annotation = get_args(annotation)[0]
    return get_args(annotation)[1]


def _texts(annotation: Any) -> Iterator[Text]:
    yield from (each for each in getattr(annotation, "__metadata__", ()) if isinstance(each, Text))
    for inner in get_args(annotation):
        if inner is not annotation:
            yield from _texts(inner)
