"""Definitions of flows for their authors: the JSON Schema, and what is wrong with one.

The models are made of the same dataclasses that the interpreter uses, so the two cannot differ.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import MISSING, fields
from functools import cache
from typing import Annotated, Any, Literal, Union, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from ari_app.flow import migrations
from ari_app.flow.flow_error import FlowError
from ari_app.flow.inspect import Surroundings, inspect
from ari_app.flow.node import Node
from ari_app.flow.nodes import TYPES, node_type
from ari_app.flow.problem import Problem
from ari_app.flow.refusal import first_causes, reason
from ari_app.flow.said import Said, shown
from ari_app.flow.setting import Count, Doc, LanguageCode, Slug, Text

Target = Annotated[str, Text(most=63)]


def validate(
    definition: Any,
    surroundings: Surroundings | None = None,
    *,
    subflow: bool = False,
    standard: Collection[str] | None = None,
) -> list[Problem]:
    """Return everything that is wrong with a definition, best first; nothing for a sound one.

    ``surroundings`` are the client's prompts, queues, calendars and flows; without them, names of
    those are taken on trust, and so are standard prompts without the ``standard`` paths. A
    ``subflow`` may have exits that lead nowhere: they lead back. A definition with a problem that
    is an ``error`` must not be published. Never raises.
    """
    if version := _version_problem(definition):
        return [version]
    try:
        current = migrations.current(definition, "flow")
        text = json.dumps(current)
    except (FlowError, TypeError, ValueError, RecursionError):
        return [Problem("", "", Said("this flow holds what is no text, number, list or mapping"))]
    try:
        _adapter().validate_json(text)
    except ValidationError as error:
        problems = [_problem(each) for each in first_causes(error.errors(include_url=False))]
        return sorted(set(problems), key=lambda each: (each.node, each.field))
    return inspect(current, surroundings, subflow=subflow, standard=standard)


def _version_problem(definition: Any) -> Problem | None:
    if not isinstance(definition, dict):
        return Problem("", "", Said("a flow has fields: spec_version, start, nodes"))
    if "spec_version" not in definition:
        said = Said("the field `spec_version` is missing; write `spec_version: {version}`",
                    version=migrations.VERSION)  # fmt: skip
        return Problem("", "spec_version", said)
    version = definition["spec_version"]
    if type(version) is int and 1 <= version <= migrations.VERSION:
        return None
    said = Said("the version `{value}` is not known; write {version}",
                value=shown(version), version=migrations.VERSION)  # fmt: skip
    if version == str(migrations.VERSION):
        said = Said("write {value} without quotes", value=version)
    return Problem("", "spec_version", said)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a definition; ``x-role`` marks names of prompts, queues and so on.

    Each node type's schema carries ``x-exits`` (meaning by exit), ``x-keys`` (whether keys are
    exits) and its purpose as ``description``.
    """
    return _adapter().json_schema()


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(flow_model())


@cache
def flow_model() -> type[BaseModel]:
    """Return the model of a definition, with all node types."""
    nodes = tuple(_node_model(name) for name in TYPES)
    union: Any = Annotated[Union[nodes], Field(discriminator="type")]  # noqa: UP007
    version: Any = Literal[migrations.VERSION]
    settings: dict[str, Any] = {
        "spec_version": (Annotated[version, Doc("The version of this language.")], ...),
        "name": (Annotated[str, Text(most=120), Doc("A name for people.")], ""),
        "language": (Annotated[LanguageCode | None, Doc("If not the client's.")], None),
        "start": (Annotated[Slug, Doc("The first node.")], ...),
        "on_failure": (Annotated[Slug | None, Doc("Where a fault of the flow leads.")], None),
        "nodes": (Annotated[dict[Slug, union], Count(1, 500), Doc("The nodes by name.")], ...),
    }
    config = ConfigDict(extra="forbid", strict=True)
    return create_model("FlowDefinition", __config__=config, **settings)


def _node_model(name: str) -> type[BaseModel]:
    kind = node_type(name, name)
    hints = get_type_hints(kind, include_extras=True)
    settings: dict[str, Any] = {
        each.name: (hints[each.name], _default(each))
        for each in fields(kind)  # type: ignore[arg-type]
    }
    tag: Any = Literal[name]
    return create_model(
        f"{kind.__name__}Node",
        __config__=ConfigDict(extra="forbid", strict=True, json_schema_extra=_extra(kind)),
        __doc__=purpose(kind),
        type=(tag, ...),
        exits=(dict[str, Target], Field(default_factory=dict)),
        **settings,
    )


def _extra(kind: type[Node]) -> dict[str, Any]:
    exits = {name: each.meaning for name, each in kind.EXITS.items()}
    return {"x-exits": exits, "x-keys": kind.KEYS, "x-open": kind.OPEN}


def _default(each: Any) -> Any:
    if each.default is not MISSING:
        return each.default
    return ... if each.default_factory is MISSING else Field(default_factory=each.default_factory)


def purpose(kind: type[Node]) -> str:
    """Return what a node type is for: its docstring up to the example."""
    return " ".join((kind.__doc__ or "").split("```")[0].split())


def _problem(error: Any) -> Problem:
    """Turn pydantic's path (``nodes``, slug, type, field, …) into a node and a field."""
    said = reason(flow_model(), error)
    path = [str(each) for each in error["loc"]]
    if path[:1] != ["nodes"] or len(path) < 2:
        return Problem("", ".".join(path), said)
    node, rest = path[1], path[2:]
    if rest == ["[key]"]:
        return Problem(node, "", said)
    if rest and rest[0] in TYPES:
        rest = rest[1:]
    field = ".".join(each for each in rest if each != "[key]")
    tags = ("union_tag_invalid", "union_tag_not_found")
    return Problem(node, field or ("type" if error["type"] in tags else ""), said)
