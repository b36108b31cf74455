"""What was typed wrongly: which part of the command, and how it is written.

Every sentence is the project's own. What the library behind the command line says of a mistake is
never shown: it speaks one language, and of its own types.
"""

import re
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import typer

from ari_app.commands.texts import Texts
from ari_app.flow.said import Said, nearest

_QUOTED = re.compile(r"'([^']*)'")


def typed_wrongly(error: typer.TyperException, texts: Texts) -> str:
    """One sentence: what is wrong, and what to write in its place."""
    message = getattr(error, "message", "")
    if isinstance(message, Said):
        return texts.said(message)
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    facts = {"command": context.command_path if context is not None else "duudlaga"}
    facts["name"] = getattr(error, "option_name", "") or _name(parameter)
    match type(error).__name__:
        case "NoSuchOption":
            return texts("usage.no_such_option", **facts) + _meant(
                facts["name"], [each for option in _options(context) for each in option], texts
            )
        case "BadOptionUsage":
            return texts("usage.option_misused", **facts)
        case "MissingParameter":
            return texts("usage.missing", **facts)
        case "BadParameter":
            return _bad_value(parameter, facts, texts)
    return _unknown_command(message, context, facts, texts)


def _bad_value(parameter: Any, facts: dict[str, str], texts: Texts) -> str:
    described = getattr(parameter, "type_descriptor", None)
    kind = getattr(described, "annotation", None)
    if kind is UUID:
        return texts("usage.call_id", **facts)
    if kind is datetime:
        formats = described.parameter_info.formats  # type: ignore[union-attr]
        return texts("usage.day" if formats == ["%Y-%m-%d"] else "usage.moment", **facts)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return texts("usage.one_of", choices=", ".join(each.value for each in kind), **facts)
    if kind in (int, float):
        least, most = parameter.min, parameter.max
        if most is None:
            return texts("usage.number_from", least=least, **facts)
        return texts("usage.number_between", least=least, most=most, **facts)
    return texts("usage.bad_value", **facts)


def _unknown_command(message: str, context: Any, facts: dict[str, str], texts: Texts) -> str:
    """What is left: a word that is no command, or one more than the command takes."""
    known = list(getattr(getattr(context, "command", None), "commands", {}))
    if not known:
        return texts("usage.too_much", **facts)
    quoted = _QUOTED.search(message)  # the word is nowhere else
    typed = quoted[1] if quoted else ""
    sentence = texts("usage.no_such_command", typed=typed, known=", ".join(known), **facts)
    return sentence + _meant(typed, known, texts)


def _meant(typed: str, known: list[str], texts: Texts) -> str:
    near = nearest(typed, known) if typed else None
    return " " + texts("usage.meant", near=near) if near else ""


def _options(context: Any) -> list[list[str]]:
    return [parameter.opts for parameter in context.command.params] if context is not None else []


def _name(parameter: Any) -> str:
    return parameter.get_error_hint().replace("'", "") if parameter is not None else ""
