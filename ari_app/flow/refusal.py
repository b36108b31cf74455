"""What an author is told of a value that a model refused.

Pydantic's own sentences are for programmers and never shown: every kind of error has one of ours,
and a kind that nobody thought of has the last one. Limits and forms are declared in
:mod:`ari_app.flow.setting` and say their sentences themselves.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from ari_app.flow import forms
from ari_app.flow.said import Said, meant, nearest, shown

Location = Sequence[str | int]

_FIELDS = {"dict_type", "model_type", "model_attributes_type", "dataclass_type",
           "dataclass_exact_type"}  # fmt: skip
_SPOKEN = ["text", "file"]
_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}


def first_causes(errors: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return pydantic's errors without those on the value of a key that is itself refused."""
    found = list(errors)
    keys = {each["loc"][:-1] for each in found if each["loc"][-1:] == ("[key]",)}
    return [
        each
        for each in found
        if each["loc"][-1:] == ("[key]",)
        or not any(each["loc"][:n] in keys for n in range(len(each["loc"]) + 1))
    ]


def reason(model: type[Any], error: Mapping[str, Any]) -> Said:
    """Return the sentence for one of pydantic's errors on ``model``."""
    kind, value = error["type"], error["input"]
    location = [step for step in error["loc"] if step != "[key]"]
    if kind == "value_error":
        said = error["ctx"]["error"].args[0]
        return said if isinstance(said, Said) else forms.unfitting(shown(value))
    if kind in _UNKNOWN:
        known = fields_at(model, location[:-1])
        said = Said("nobody knows the field `{field}`", field=shown(location[-1]))
        return meant(said, location[-1], known)
    if kind == "missing":
        return Said("the field `{field}` is missing; write `{field}: …`", field=location[-1])
    if kind in _FIELDS:
        return _mapping(value, fields_at(model, location))
    say = _SHAPES.get(kind)
    return say(value, error.get("ctx", {})) if say else forms.unfitting(shown(value))


def _node_type(context: Mapping[str, Any]) -> Said:
    known = context["expected_tags"].replace("'", "")
    said = Said("there is no node type `{value}`", value=shown(context["tag"]))
    if nearest(context["tag"], known.split(", ")) is None:
        return Said("{said}; there are {known}", said=said, known=known)
    return meant(said, context["tag"], known.split(", "))


def _true_or_false(value: Any, _context: Any) -> Said:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return Said("write {value} without quotes", value=value.lower())
    return Said("write true or false here, without quotes")


def _number(value: Any, otherwise: Said) -> Said:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return otherwise
        return Said("write {value} without quotes", value=shown(value.strip()))
    return otherwise


def _one_of(value: Any, context: Mapping[str, Any]) -> Said:
    known = context["expected"].replace("'", "").replace(" or ", ", ")
    said = Said(
        "`{value}` is not known here; write one of {known}", value=shown(value), known=known
    )
    return meant(said, value, known.split(", ")) if isinstance(value, str) else said


def _list(value: Any, _context: Any) -> Said:
    if isinstance(value, str):
        text = json.dumps(shown(value), ensure_ascii=False)
        return Said("a list belongs here: write [{value}]", value=text)
    return Said("a list belongs here, such as [a, b]")


def _mapping(value: Any, known: Sequence[str]) -> Said:
    if known == _SPOKEN and isinstance(value, str):
        return Said("write whether this is a text or a file: {{text: {value}}}",
                    value=json.dumps(shown(value), ensure_ascii=False))  # fmt: skip
    example = f"{known[0]}: …" if known else "name: value"
    return Said("fields belong here, such as {example}", example=f"{{{example}}}")


def _whole(value: Any, _context: Any) -> Said:
    return _number(value, Said("a whole number belongs here, such as 3"))


def _decimal(value: Any, _context: Any) -> Said:
    return _number(value, Said("a number belongs here, such as 1.5"))


_SHAPES: dict[str, Callable[[Any, Mapping[str, Any]], Said]] = {
    **dict.fromkeys(("list_type", "tuple_type"), _list),
    **dict.fromkeys(("int_type", "int_from_float", "int_parsing_size"), _whole),
    **dict.fromkeys(("float_type", "finite_number"), _decimal),
    "bool_type": _true_or_false,
    "string_type": lambda value, _: forms.not_text(value, ""),
    "literal_error": _one_of,
    "union_tag_invalid": lambda _, context: _node_type(context),
    "union_tag_not_found": lambda *_: Said("the node has no type; write `type: menu`, say"),
}


def fields_at(annotation: Any, location: Location) -> list[str]:
    """Return the fields that are known at ``location`` within a model, list or mapping."""
    annotation = _bare(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        members = get_args(annotation)
        named = [each for each in members if location and _tag(each) == location[0]]
        member = named[0] if named else next(each for each in members if each is not type(None))
        return fields_at(member, location[1:] if named else location)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        hints = {name: field.annotation for name, field in annotation.model_fields.items()}
    elif isinstance(annotation, type) and is_dataclass(annotation):
        found = get_type_hints(annotation, include_extras=True)
        hints = {each.name: found[each.name] for each in fields(annotation)}
    else:
        inner = get_args(annotation)
        member = inner[-1 if get_origin(annotation) is dict else 0] if inner else None
        return fields_at(member, location[1:]) if location and inner else []
    if not location:
        return list(hints)
    return fields_at(hints[str(location[0])], location[1:]) if location[0] in hints else []


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _tag(model: Any) -> str | None:
    """Return the value of a node's ``type``, by which pydantic tells the models apart."""
    kind = getattr(model, "model_fields", {}).get("type")
    return get_args(kind.annotation)[0] if kind and get_origin(kind.annotation) is Literal else None
