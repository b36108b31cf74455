"""Reads YAML as people mean it here, within limits, and knows the line of everything in it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ari_app.flow.said import Said, shown
from ari_app.store.written import HOME, as_in_file
from ari_app.store.yaml_mistake import commented_keys, explain
from ari_app.store.yaml_slips import inner_nodes, slips_of

LARGEST_BYTES = 500_000
"""Of a file, and of what it stands for once every alias is replaced: some hundred flows, which
take some seconds to read."""
DEEPEST = 40
"""How many mappings and lists may stand in one another; a document of ours needs ten."""

_KINDS = {f"tag:yaml.org,2002:{kind}" for kind in
          ("str", "int", "float", "bool", "null", "map", "seq", "merge", "value")}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What is wrong, or doubtful, at a place: ``severity`` is ``error`` or ``warning``."""

    file: Path
    line: int
    path: str
    message: str
    severity: str = "error"

    @property
    def sentence(self) -> Said:
        """The finding with its place."""
        end = "" if self.message.endswith("?") else "."
        where = {"file": self.file, "line": self.line, "message": self.message, "end": end}
        if not self.line:
            return Said("{file}: {message}{end}", **where)
        if not self.path:
            return Said("{file}, line {line}: {message}{end}", **where)
        return Said("{file}, line {line}, {path}: {message}{end}", path=self.path, **where)


class DocumentError(Exception):
    """A document was refused; each argument is a sentence for a person, one per mistake."""

    def __init__(self, *sentences: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(*sentences, *(finding.sentence for finding in findings))
        self.findings = tuple(findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


@dataclass(frozen=True)
class YamlFile:
    """A file's content, and its nodes, which know their lines."""

    path: Path
    content: dict[str, Any]
    root: yaml.Node = field(repr=False)

    def find(
        self,
        steps: Sequence[str | int],
        message: str,
        severity: str = "error",
        country: str = HOME,
    ) -> Finding:
        """Return a finding at the place to which ``steps`` lead, or as near as they do.

        ``country`` is that of numbers without one.
        """
        node, line = self.root, self.root.start_mark.line + 1
        for step in steps:
            pair = _child(node, step)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        else:
            if isinstance(node, yaml.ScalarNode):
                message = as_in_file(message, node.value, country)
        return Finding(self.path, line, ".".join(map(str, steps)), message, severity)


def read_yaml(path: Path) -> YamlFile:
    """Read a YAML file that holds a mapping. Raises :class:`DocumentError`."""
    text = _text(path)
    lines = text.splitlines()

    def refuse(line: int, message: Said) -> DocumentError:
        return DocumentError(findings=[Finding(path, line, "", message)])

    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is not None:
                _measure(root)
            content = loader.construct_document(root) if root else None
        finally:
            loader.dispose()
    except _MistakeError as mistake:
        raise refuse(mistake.line, mistake.message) from mistake
    except yaml.MarkedYAMLError as error:
        raise refuse(*explain(error, lines)) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise refuse(line, Said("a control character stands in this line; remove it")) from error
    except RecursionError as error:
        raise refuse(0, _too_deep()) from error
    if root is None:
        raise refuse(0, Said("the file is empty"))
    if not isinstance(content, dict):
        raise refuse(0, Said("a file holds the fields of a client, of agents or of a flow"))
    if slips := [*commented_keys(lines), *slips_of(root, text)]:
        raise DocumentError(findings=[Finding(path, line, "", message) for line, message in slips])
    return YamlFile(path, content, root)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DocumentError(findings=[Finding(path, 0, "", _too_large())])
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        said = Said("the file is not in UTF-8; save it as UTF-8 text")
        raise DocumentError(findings=[Finding(path, 0, "", said)]) from error
    except OSError as error:
        said = Said("the file cannot be read")
        if isinstance(error, FileNotFoundError):
            said = Said("there is no such file")
        elif isinstance(error, PermissionError):
            said = Said("this account may not read the file")
        elif isinstance(error, IsADirectoryError):
            said = Said("this is a folder, not a file")
        raise DocumentError(findings=[Finding(path, 0, "", said)]) from error


def _too_large() -> Said:
    return Said("the document is larger than {most} kB", most=LARGEST_BYTES // 1000)


def _too_deep() -> Said:
    return Said("mappings and lists stand in one another more than {most} deep", most=DEEPEST)


class _MistakeError(Exception):
    def __init__(self, node: yaml.Node, message: Said) -> None:
        self.line, self.message = node.start_mark.line + 1, message


class _Loader(yaml.SafeLoader):
    """YAML as people mean it here.

    Keys are always text: ``1``, ``*`` and ``no`` are keys of a menu or languages, not numbers,
    aliases of truth or nothing. Dates stay text. A key that stands twice is a mistake. Merge keys
    (``<<: *other``) are taken.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _MistakeError(key_node, Said("a key is a text, not a list or a mapping"))
            if key_node.value in seen:
                said = Said("the key `{key}` stands twice", key=shown(key_node.value))
                raise _MistakeError(key_node, said)
            seen.add(key_node.value)
        self.flatten_mapping(node)
        return {
            self.construct_scalar(key): self.construct_object(value, deep=True)
            for key, value in node.value
        }

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        text = str(super().construct_scalar(node))
        if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
            raise _MistakeError(node, Said("a control character stands in this line; remove it"))
        return text


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _measure(root: yaml.Node) -> None:
    """Refuse what grows beyond measure when its aliases are replaced, before anything is built."""
    sizes: dict[int, tuple[int, int]] = {}
    open_nodes: set[int] = set()

    def measure(node: yaml.Node) -> tuple[int, int]:
        """Return (size, depth)."""
        known = sizes.get(id(node))
        if known is not None:
            return known
        if id(node) in open_nodes:
            raise _MistakeError(node, Said("this mapping contains itself by its alias"))
        if node.tag not in _KINDS:
            raise _MistakeError(
                node, Said("a text that begins with ! stands in quotes: {tag}", tag=_tag(node))
            )
        open_nodes.add(id(node))
        size, depth = 1, 0
        for inner in inner_nodes(node):
            inner_size, inner_depth = measure(inner)
            size, depth = size + inner_size, max(depth, inner_depth + 1)
        if isinstance(node, yaml.ScalarNode):
            size += len(node.value)
            _judge_number(node)
        if size > LARGEST_BYTES:
            raise _MistakeError(
                node,
                Said("the aliases make the document larger than {most} kB; write less by aliases",
                     most=LARGEST_BYTES // 1000),
            )  # fmt: skip
        if depth > DEEPEST:
            raise _MistakeError(node, _too_deep())
        open_nodes.discard(id(node))
        sizes[id(node)] = size, depth
        return size, depth

    measure(root)


def _tag(node: yaml.Node) -> str:
    return f'"{shown(node.tag.replace("tag:yaml.org,2002:", "!!"))} …"'


def _judge_number(node: yaml.ScalarNode) -> None:
    if node.tag.endswith((":int", ":float")) and len(node.value) > 40:
        raise _MistakeError(node, Said("a number has at most 40 digits"))


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the node that stands for a step, and the one to which it leads."""
    if isinstance(node, yaml.MappingNode):
        found = [pair for pair in node.value if pair[0].value == str(step)]
        return found[-1] if found else None
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None
