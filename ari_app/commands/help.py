"""Help and usage, in the reader's language.

Help stands in English beside each command and option; `texts/help_mn.yaml` has the same paragraphs
in Mongolian. What typer itself says is there too.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from typer.core import TyperGroup

from ari_app.commands.texts import Texts

# What typer's own module of help calls its words, and those words.
_TYPERS_OWN = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commands",
    "DEFAULT_STRING": "[default: {}]",
    "ENVVAR_STRING": "[env var: {}]",
    "REQUIRED_LONG_STRING": "[required]",
}


@cache
def words_of(language: str) -> Mapping[str, str]:
    """English paragraphs of help with what another language says; nothing for English."""
    file = Path(__file__).parent / "texts" / f"help_{language}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}


@contextmanager
def spoken(texts: Texts) -> Iterator[None]:
    """Let typer's own words be the reader's as long as the block runs."""
    words = words_of(texts.language)
    if not words:
        yield
        return
    from typer import rich_utils  # noqa: PLC0415 - slow to load, and only help needs it

    context: Any = TyperGroup.context_class
    before = context.formatter_class

    class _Formatter(before):  # type: ignore[valid-type, misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or f"{words['Usage:']} ")

    context.formatter_class = _Formatter
    for name, word in _TYPERS_OWN.items():
        setattr(rich_utils, name, words[word])
    try:
        yield
    finally:
        context.formatter_class = before
        for name, word in _TYPERS_OWN.items():
            setattr(rich_utils, name, word)


def translate(command: Any, texts: Texts, context: Any = None) -> None:
    """Put the help of a command, its options, and all commands below it into the language.

    `context` is typer's of the group above, which says how the option is called that asks for help.
    """
    words = words_of(texts.language)
    if not words:
        return
    asks = [command.get_help_option(context)] if context else []
    for part in (command, *command.params, *asks):
        for name in ("help", "short_help", "rich_help_panel", "options_metavar"):
            text = getattr(part, name, None)
            if isinstance(text, str):
                setattr(part, name, _said(text, words))
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = _said(command.subcommand_metavar, words)
    for below in getattr(command, "commands", {}).values():
        translate(below, texts, context)


def paragraphs(text: str) -> list[str]:
    """A help text's paragraphs, each on one line: the keys of the catalogue."""
    return [" ".join(each.split()) for each in text.split("\n\n")]


def _said(text: str, words: Mapping[str, str]) -> str:
    return "\n\n".join(words.get(each, each) for each in paragraphs(text))
