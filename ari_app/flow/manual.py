"""The manual of the node types, made of their docstrings and settings.

``python -m ari_app.flow.manual`` writes ``docs/nodes``.
"""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ari_app.flow.definition import purpose
from ari_app.flow.node import Exit, Node
from ari_app.flow.nodes import TYPES, node_type
from ari_app.flow.setting import Between, Count, Doc, OneOf, Text

FOLDER = Path(__file__).parents[2] / "docs" / "nodes"

_NOTE = "<!-- Made by `python -m ari_app.flow.manual` from ari_app/flow/nodes/{name}.py. -->\n"
_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Any: "anything",
}


def pages() -> dict[str, str]:
    """Return the manual's pages: Markdown by file name."""
    made = {f"{name}.md": _page(name, node_type(name, name)) for name in TYPES}
    return {**made, "README.md": _index()}


def example(kind: type[Node]) -> dict[str, Any]:
    """Return the JSON example of a node type's docstring."""
    data: dict[str, Any] = json.loads("\n".join(_example_lines(kind)))
    return data


def write(folder: Path = FOLDER) -> None:
    """Write all pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _example_lines(kind: type[Node]) -> list[str]:
    found = re.search(r"```json\n(.*?)\s*```", kind.__doc__ or "", re.DOTALL)
    if found is None:
        raise ValueError(f"{kind.__name__} has no JSON example in its docstring")
    return dedent(found[1]).splitlines()


def _index() -> str:
    rows = [
        f"| [{name}]({name}.md) | {purpose(node_type(name, name)).split('. ')[0].rstrip('.')}. |"
        for name in TYPES
    ]
    return "\n".join(
        [
            _NOTE.format(name="*"),
            "# Node types\n",
            "A flow is JSON: nodes by name, each with a type, its settings, and followers by exit.",
            "An exit that leads nowhere takes the way of the one named in *otherwise*, if there is",
            "one; at an exit marked *end* the call may end. A prompt is a prompt of the client by",
            "its name, or `standard:PATH` for one of the standard set.\n",
            "| type | what it does |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _page(name: str, kind: type[Node]) -> str:
    paragraphs = [" ".join(part.split()) for part in _text(kind).split("\n\n") if part.strip()]
    lines = [_NOTE.format(name=name), f"# {name}\n"]
    lines += [f"{paragraph}\n" for paragraph in paragraphs]
    if fields(kind):  # type: ignore[arg-type]
        lines += ["## Settings\n", *_settings(kind)]
        for inner in _inner(kind):
            lines += ["", f"### Each of the {inner.__name__.lower()}s\n", *_settings(inner)]
        lines.append("")
    lines += ["## Exits\n", *_exits(kind), ""]
    lines += ["## Example\n", "```json", *_example_lines(kind), "```", ""]
    return "\n".join(lines)


def _text(kind: type[Node]) -> str:
    return (kind.__doc__ or "").split("```")[0]


def _settings(kind: type[Any]) -> list[str]:
    hints = get_type_hints(kind, include_extras=True)
    rows = ["| setting | value | default | meaning |", "|---|---|---|---|"]
    for each in fields(kind):
        hint = hints[each.name]
        meaning = next(mark.meaning for mark in hint.__metadata__ if isinstance(mark, Doc))
        rows.append(f"| `{each.name}` | {value_in_words(hint)} | {_default(each)} | {meaning} |")
    return rows


def value_in_words(hint: Any) -> str:
    """Describe a type and its limits in words."""
    if hasattr(hint, "__metadata__"):
        words = [value_in_words(hint.__origin__), *_limits(hint.__metadata__)]
        return " ".join(words).strip()
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if type(None) in arguments:
        return f"{value_in_words(arguments[0])} or null"
    if origin in (tuple, list):
        return f"list of {value_in_words(arguments[0])}"
    if origin is dict:
        key, value = map(value_in_words, arguments)
        return f"mapping from {key} to {value}"
    return _WORDS.get(hint) or f"{hint.__name__.removesuffix('Document').lower()}, see below"


def _limits(marks: tuple[Any, ...]) -> list[str]:
    words = []
    for mark in marks:
        if isinstance(mark, Between):
            words.append(f"{mark.least} to {mark.most}")
        elif isinstance(mark, Count):
            words.append(f"({mark.least} to {mark.most})")
        elif isinstance(mark, OneOf):
            words.append("(" + ", ".join(f"`{value}`" for value in mark.values) + ")")
        elif isinstance(mark, Text) and mark.role:
            words.append(f"({mark.role.replace('_', ' ')})")
    return words


def _default(each: Any) -> str:
    if each.default is not MISSING:
        plain = list(each.default) if isinstance(each.default, tuple) else each.default
        return f"`{json.dumps(plain)}`"
    return "required" if each.default_factory is MISSING else "`{}`"


def _inner(kind: type[Any]) -> list[type[Any]]:
    hints = get_type_hints(kind).values()
    members = [member for hint in hints for member in get_args(hint)]
    return [member for member in members if is_dataclass(member) and isinstance(member, type)]


def _exits(kind: type[Node]) -> list[str]:
    rows = ["| exit | taken when | otherwise |", "|---|---|---|"]
    if kind.KEYS:
        rows.append("| `0` to `9`, `*`, `#` | The caller pressed this key. | |")
    rows += [
        f"| `{name}` | {each.meaning} | {_otherwise(each)} |" for name, each in kind.EXITS.items()
    ]
    return rows if len(rows) > 2 else ["None: the call ends here."]


def _otherwise(each: Exit) -> str:
    return f"`{each.instead}`" if each.instead else "end" if each.ends else ""


if __name__ == "__main__":
    write()
