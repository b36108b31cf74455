"""Holds a document's flows against the rules of flows."""

from __future__ import annotations

from ari_app.flow.definition import validate
from ari_app.flow.inspect import Surroundings, subflows
from ari_app.store.client_document import ClientDocument
from ari_app.store.document_file import DocumentFile


def flow_mistakes(file: DocumentFile, document: ClientDocument) -> list[str]:
    """Return one sentence per mistake that forbids publishing, with its place in the file."""
    surroundings = Surroundings(
        prompts=frozenset(document.prompts),
        queues=frozenset(document.queues),
        calendars={
            slug: calendar.model_dump(exclude_none=True)
            for slug, calendar in document.calendars.items()
        },
        flows=document.flows,
    )
    passed_through = subflows(document.flows, (number.flow for number in document.numbers))
    sentences = []
    for flow, definition in document.flows.items():
        for problem in validate(definition, surroundings, subflow=flow in passed_through):
            if problem.severity == "error":
                node = ("nodes", problem.node) if problem.node else ()
                place = file.place(("flows", flow, *node, *problem.field.split(".")))
                sentences.append(f"{place.rstrip('.')}: {problem.message}.")
    return sentences
