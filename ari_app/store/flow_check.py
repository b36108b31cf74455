"""Holds a document's flows against the rules of flows."""

from __future__ import annotations

from collections.abc import Iterator

from ari_app.flow.definition import validate
from ari_app.flow.inspect import Surroundings, subflows
from ari_app.flow.problem import Problem
from ari_app.media.standard import standard_paths
from ari_app.store.client_document import ClientDocument
from ari_app.store.document_file import DocumentFile, Finding
from ari_app.store.yaml_file import YamlFile


def flow_findings(
    file: DocumentFile, document: ClientDocument, music: frozenset[str]
) -> Iterator[Finding]:
    """Yield what is wrong with the flows, with its place in the file."""
    surroundings = Surroundings(
        prompts=frozenset(document.prompts),
        queues=frozenset(document.queues),
        calendars={
            slug: calendar.model_dump(exclude_none=True)
            for slug, calendar in document.calendars.items()
        },
        flows=document.flows,
        music=music,
    )
    passed_through = subflows(document.flows, (number.flow for number in document.numbers))
    for flow, definition in document.flows.items():
        subflow = flow in passed_through
        standard = standard_paths()
        for problem in validate(definition, surroundings, subflow=subflow, standard=standard):
            yield file.find(["flows", flow, *_steps(problem)], problem.message, problem.severity)


def findings_of_flow(file: YamlFile) -> list[Finding]:
    """Return what is wrong with a flow in a file of its own.

    It is taken at its word on names of prompts, queues and calendars.
    """
    return [
        file.find(_steps(problem), problem.message, problem.severity)
        for problem in validate(file.content, standard=standard_paths())
    ]


def _steps(problem: Problem) -> list[str | int]:
    node = ["nodes", problem.node] if problem.node else []
    field: list[str | int] = []
    for step in problem.field.split(".") if problem.field else []:
        field.append(int(step) if step.isdigit() and field else step)
    return [*node, *field]
