"""Reads a client's or the agents' YAML file, and says where in it a mistake is."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ari_app.store.client_document import AgentsDocument, ClientDocument

LARGEST_BYTES = 2_000_000
"""Of a document: some hundred flows. Reading takes a second for each five megabytes."""

# What pydantic says to programmers, as people who write YAML understand it.
_REASONS = {
    "extra_forbidden": "nobody knows this field",
    "missing": "this field is missing",
    "string_type": "this should be text; put it in quotes",
    "list_type": "this should be a list, such as [a, b]",
    "dict_type": "this should be a mapping, such as {name: value}",
    "model_type": "this should be a mapping, such as {name: value}",
    "bool_type": "this should be true or false",
    "int_type": "this should be a whole number",
    "float_type": "this should be a number",
}


class DocumentError(Exception):
    """A document was refused; the text has one sentence per mistake, with file, line and path."""


@dataclass(frozen=True)
class DocumentFile:
    """A file and what it holds."""

    path: Path
    content: ClientDocument | AgentsDocument
    root: yaml.Node

    def place(self, path: Sequence[str | int] = ()) -> str:
        """Say where ``path`` is, as ``clients/anu.yaml, line 7, flows.main``."""
        return _place(self.path, self.root, path)


def _mistake(problem: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


class _Loader(yaml.SafeLoader):
    """YAML as people mean it here.

    Keys are always text: ``1``, ``*`` and ``no`` are keys of a menu or languages, not numbers,
    aliases of truth or nothing. Dates stay text. A key that stands twice is a mistake.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _mistake("a key should be text", key_node)
            key = self.construct_scalar(key_node)
            if key in mapping:
                raise _mistake(f"key {key!r} stands twice", key_node)
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        text = str(super().construct_scalar(node))
        if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
            raise _mistake(f"{text[:40]!r} has a control character", node)
        return text


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_mapping(path: Path) -> tuple[dict[str, Any], yaml.Node]:
    """Read any YAML file that holds a mapping; return it with its nodes, which know their lines.

    Raises :class:`DocumentError`.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DocumentError(f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path} cannot be read: {error}") from error
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            content = loader.construct_document(root) if root else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DocumentError(f"{path}{line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise DocumentError(f"{path} is no YAML: {error}") from error
    if root is None or not isinstance(content, dict):
        raise DocumentError(f"{path} should hold a mapping: a client, agents, or a flow")
    return content, root


def read_document(path: Path) -> DocumentFile:
    """Read one file: a client, or agents when it has no ``client``.

    Raises :class:`DocumentError`.
    """
    content, root = read_mapping(path)
    model = ClientDocument if "client" in content else AgentsDocument
    try:
        return DocumentFile(path, model.model_validate(content), root)
    except ValidationError as error:
        raise DocumentError("\n".join(_sentences(path, root, error))) from error


def _sentences(path: Path, root: yaml.Node, error: ValidationError) -> list[str]:
    sentences = []
    for mistake in error.errors():
        location = [step for step in mistake["loc"] if step != "[key]"]
        reason = _REASONS.get(mistake["type"], mistake["msg"].removeprefix("Value error, "))
        sentences.append(f"{_place(path, root, location)}: {reason}.")
    return sentences


def _place(path: Path, root: yaml.Node, steps: Sequence[str | int]) -> str:
    node = root
    for step in steps:
        inner = _child(node, step)
        if inner is None:
            break
        node = inner
    dotted = ".".join(str(step) for step in steps)
    return f"{path}, line {node.start_mark.line + 1}" + (f", {dotted}" if dotted else "")


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    return None
