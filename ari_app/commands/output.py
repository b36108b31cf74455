"""Printing: tables for people, JSON for programs, and never a control character."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ari_app.commands.texts import Texts
from ari_app.console import console


def can_show(text: str) -> bool:
    """Whether standard output has all the letters of the text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def print_json(value: Any) -> None:
    """Print the value as indented JSON; other alphabets as they are, where they can be shown."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # JSON has a way of its own to say what an encoding cannot.
    typer.echo(text if can_show(text) else json.dumps(value, indent=2))


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], texts: Texts) -> None:
    """Print these columns of the rows; on a terminal as wide as it is, else without wrapping."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(texts(f"column.{column}"), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(row[column], texts)) for column in columns))
    console().print(table)


def _shown(value: Any, texts: Texts) -> str:
    return texts.word("yes" if value else "no") if isinstance(value, bool) else cell(value)


def cell(value: Any) -> str:
    """One value as a person reads it: nothing for null, lists with commas, hostile text defused."""
    match value:
        case None:
            return ""
        case list() | tuple():
            return ", ".join(cell(part) for part in value)
        case dict():
            return ", ".join(f"{key}: {cell(part)}" for key, part in value.items())
    return printable(str(value))


def printable(text: str) -> str:
    """The text without what would move the cursor, recolour the terminal or turn lines around."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
