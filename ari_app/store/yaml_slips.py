"""What is YAML and was meant otherwise: a comma in a text, a # before a colour, open quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

from ari_app.flow.said import Said, shown
from ari_app.store.yaml_mistake import OPEN_QUOTES, Explained

_FIELD = re.compile(r"(- )?[^\s:#'\"]+:(\s|$)")


def slips_of(root: yaml.Node, text: str) -> list[Explained]:
    """Return the lines, counted from 1, that say something else than they look like."""
    lines = text.splitlines()
    found: list[Explained] = []
    seen: set[int] = set()
    ahead = [(root, 0)]
    while ahead:
        node, column = ahead.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            found += _emptied(node, lines)
            found += _run_on(node, column, lines)
        elif isinstance(node, yaml.MappingNode):
            found += _cut_by_comma(node, text)
            ahead += [(value, key.start_mark.column) for key, value in node.value]
        else:
            ahead += [(inner, column) for inner in inner_nodes(node)]
    return sorted(found)


def inner_nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    """Yield what stands in a list or a mapping: members, or keys and values."""
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from (key, value)


def _emptied(node: yaml.ScalarNode, lines: Sequence[str]) -> Iterator[Explained]:
    """Yield a value of which a # has made a comment, such as ``colour: #1971c2``."""
    if not node.tag.endswith(":null") or node.value:
        return
    mark = node.start_mark
    rest = lines[mark.line][mark.column :].strip() if mark.line < len(lines) else ""
    if rest.startswith("#") and not rest.startswith("# "):
        said = Said('a # begins a comment; put the value in quotes: "{value}"', value=shown(rest))
        yield mark.line + 1, said


def _run_on(node: yaml.ScalarNode, column: int, lines: Sequence[str]) -> Iterator[Explained]:
    """Yield quotes that were not closed and so took in the fields below, up to the next ones.

    A text over several lines is indented more than its field, which stands at ``column``.
    """
    first, last = node.start_mark.line, node.end_mark.line
    if node.style not in ("'", '"') or first == last:
        return
    for line in lines[first + 1 : last + 1]:
        inner = line.lstrip()
        if len(line) - len(inner) <= column and _FIELD.match(inner):
            yield first + 1, OPEN_QUOTES
            return


def _cut_by_comma(node: yaml.MappingNode, text: str) -> Iterator[Explained]:
    """Yield a text within { } that a comma has cut: its rest stands there as a field."""
    if not node.flow_style:
        return
    whole: yaml.Node | None = None
    end = 0
    for key, value in node.value:
        if whole is not None and _is_rest(key, value):
            end = value.end_mark.index
            continue
        if whole is not None and end:
            yield whole.start_mark.line + 1, _comma(text, whole, end)
        plain = isinstance(value, yaml.ScalarNode) and not value.style and value.value
        whole, end = (value if plain else None), 0
    if whole is not None and end:
        yield whole.start_mark.line + 1, _comma(text, whole, end)


def _is_rest(key: yaml.Node, value: yaml.Node) -> bool:
    """Tell whether a field is the rest of a text: without a colon, or of several words."""
    if not isinstance(key, yaml.ScalarNode) or key.style:
        return False
    return value.end_mark.index == key.end_mark.index or " " in key.value


def _comma(text: str, whole: yaml.Node, end: int) -> Said:
    said = " ".join(text[whole.start_mark.index : end].split())
    first, _, rest = said.rpartition(", ")
    if " " not in first + rest:
        return Said("a colon is missing after `{field}`, or a text with a comma stands in quotes: "
                    "{example}", field=shown(rest), example=f'"{shown(said)}"')  # fmt: skip
    return Said("a text with a comma stands in quotes: {example}", example=f'"{shown(said)}"')
