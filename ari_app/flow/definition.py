"""Definitions of flows for their authors: the JSON Schema, and what is wrong with one.

The models are made of the same dataclasses that the interpreter uses, so the two cannot differ.
"""

from __future__ import annotations

import json
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
from ari_app.flow.setting import LanguageCode, Slug

Target = Annotated[str, Field(max_length=63)]


def validate(
    definition: Any, surroundings: Surroundings | None = None, *, subflow: bool = False
) -> list[Problem]:
    """Return everything that is wrong with a definition, best first; nothing for a sound one.

    ``surroundings`` are the client's prompts, queues, calendars and flows; without them, names of
    those are taken on trust. A ``subflow`` may have exits that lead nowhere: they lead back. A
    definition with a problem that is an ``error`` must not be
    published. Never raises.
    """
    try:
        current = migrations.current(definition, "flow")
        text = json.dumps(current)
    except FlowError as error:
        return [Problem("", "spec_version", str(error))]
    except (TypeError, ValueError, RecursionError) as error:
        return [Problem("", "", f"is no JSON: {error}")]
    try:
        _model().validate_json(text)
    except ValidationError as error:
        problems = [_problem(current, each) for each in error.errors(include_url=False)]
        return sorted(set(problems), key=lambda each: (each.node, each.field))
    return inspect(current, surroundings, subflow=subflow)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a definition; ``x-role`` marks names of prompts, queues and so on.

    Each node type's schema carries ``x-exits`` (meaning by exit), ``x-keys`` (whether keys are
    exits) and its purpose as ``description``.
    """
    return _model().json_schema()


@cache
def _model() -> TypeAdapter[Any]:
    nodes = tuple(_node_model(name) for name in TYPES)
    union: Any = Annotated[Union[nodes], Field(discriminator="type")]  # noqa: UP007
    version: Any = Literal[migrations.VERSION]
    model = create_model(
        "FlowDefinition",
        __config__=ConfigDict(extra="forbid", strict=True),
        spec_version=(version, ...),
        name=(Annotated[str, Field(max_length=120)], ""),
        language=(LanguageCode | None, None),
        start=(Slug, ...),
        on_failure=(Slug | None, None),
        nodes=(Annotated[dict[Slug, union], Field(min_length=1, max_length=500)], ...),
    )
    return TypeAdapter(model)


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


def _problem(definition: Any, error: Any) -> Problem:
    """Turn pydantic's path (``nodes``, slug, type, field, …) into a node and a field."""
    path = [str(each) for each in error["loc"]]
    node, field = "", ".".join(path)
    if path[:1] == ["nodes"] and len(path) > 1:
        node = path[1]
        rest = path[2:]
        if rest and rest[0] in TYPES:
            rest = rest[1:]
        if rest == ["[key]"]:
            return Problem(node, "", f"the node's name: {error['msg'].lower()}")
        field = ".".join(each for each in rest if each != "[key]") or "type"
    message = error["msg"][:1].lower() + error["msg"][1:]
    return Problem(node, field, message)
