"""Settings of a node from JSON, checked against the declaration; standard library only.

This is the check of a running call: it refuses what the node could not work with and ignores what
it does not know. The full check, for authors, is :mod:`ari_app.flow.definition`.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ari_app.flow.flow_error import FlowError

T = TypeVar("T")
Reader = Callable[[Any, str], Any]


def read(kind: type[T], data: Any, where: str) -> T:
    """Return a ``kind`` (a dataclass of settings) made of the JSON object ``data``.

    Raises :class:`FlowError`, which names ``where`` and the setting.
    """
    if not isinstance(data, dict):
        raise FlowError(f"{where}: is {_name(data)}, not an object")
    values = {}
    for name, reader, required in _plan(cast("Any", kind)):
        if name in data:
            values[name] = reader(data[name], f"{where}, {name}")
        elif required:
            raise FlowError(f"{where}, {name}: is missing")
    return kind(**values)


@cache
def _plan(kind: type[Any]) -> list[tuple[str, Reader, bool]]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        (
            each.name,
            _reader(hints[each.name]),
            each.default is MISSING and each.default_factory is MISSING,
        )
        for each in fields(kind)
    ]


def _reader(annotation: Any) -> Reader:
    """Return the function that reads one value of this type."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _limited(_reader(annotation.__origin__), annotation.__metadata__)
    if origin in (Union, types.UnionType):
        inner = _reader(next(each for each in arguments if each is not type(None)))
        return lambda value, where: None if value is None else inner(value, where)
    if origin is tuple:
        return _list(_reader(arguments[0]))
    if origin is dict:
        return _table(_reader(arguments[0]), _reader(arguments[1]))
    if isinstance(annotation, type) and is_dataclass(annotation):
        return partial(_nested, annotation)
    return _plain(annotation)


def _nested(kind: type[Any], value: Any, where: str) -> Any:
    return read(kind, value, where)


def _limited(inner: Reader, limits: tuple[Any, ...]) -> Reader:
    def reader(value: Any, where: str) -> Any:
        value = inner(value, where)
        for limit in limits:
            problem = limit.problem(value)
            if problem:
                raise FlowError(f"{where}: {problem}")
        return value

    return reader


def _list(inner: Reader) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if not isinstance(value, list):
            raise FlowError(f"{where}: is {_name(value)}, not a list")
        return tuple(inner(each, f"{where} {n}") for n, each in enumerate(value, 1))

    return reader


def _table(key: Reader, inner: Reader) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise FlowError(f"{where}: is {_name(value)}, not an object")
        return {key(k, where): inner(each, f"{where} {k}") for k, each in value.items()}

    return reader


def _plain(kind: type[Any]) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if type(value) is kind:
            return value
        raise FlowError(f"{where}: is {_name(value)}, not {_NAMES[kind]}")

    return reader


_NAMES = {str: "a text", int: "a whole number", bool: "true or false"}


def _name(value: Any) -> str:
    if value is None:
        return "null"
    return {**_NAMES, list: "a list", dict: "an object", float: "a number"}.get(type(value), "odd")
