"""Numbers that a flow dials, written without their country: which ones are meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ari_app.flow.said import Said
from ari_app.store.client_document import ClientDocument
from ari_app.store.document_file import DocumentFile, Finding
from ari_app.store.written import whole_number


def dialled_numbers(file: DocumentFile, document: ClientDocument) -> Iterator[Finding]:
    """Yield a warning for each number that is dialled as another one than is written."""
    country = document.home
    for flow, definition in document.flows.items():
        for node, number in _transfers(definition):
            whole = whole_number(number, country)
            if whole != number:
                said = Said("`{number}` is dialled as `{whole}`", number=number, whole=whole)
                yield file.find(["flows", flow, "nodes", node, "number"], said, "warning")


def as_dialled(document: ClientDocument) -> ClientDocument:
    """Return the document with the country before every number that a flow dials."""
    country = document.home
    flows = {slug: _meant(flow, country) for slug, flow in document.flows.items()}
    return document.model_copy(update={"flows": flows})


def _meant(definition: dict[str, Any], country: str) -> dict[str, Any]:
    numbers = dict(_transfers(definition))
    nodes = {
        slug: {**node, "number": whole_number(numbers[slug], country)} if slug in numbers else node
        for slug, node in definition["nodes"].items()
    }
    return {**definition, "nodes": nodes}


def _transfers(definition: dict[str, Any]) -> Iterator[tuple[str, str]]:
    nodes = definition.get("nodes")
    for slug, node in nodes.items() if isinstance(nodes, dict) else ():
        if isinstance(node, dict) and node.get("type") == "transfer":
            number = node.get("number")
            if isinstance(number, str):
                yield slug, number
