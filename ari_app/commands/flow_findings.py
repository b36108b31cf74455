"""What is wrong with the flows of a file, each finding with its flow, node and field."""

from pathlib import Path
from typing import NamedTuple

from ari_app.flow.definition import validate
from ari_app.flow.inspect import Surroundings
from ari_app.flow.problem import Problem
from ari_app.store.client_document import ClientDocument
from ari_app.store.document_file import read_document, read_mapping


class Finding(NamedTuple):
    """A problem and the flow in which it is."""

    flow: str
    problem: Problem


def findings(path: Path) -> list[Finding]:
    """Hold every flow of a client's document, or the one of a flow's own file, against the rules.

    A flow alone is taken at its word on names of prompts, queues and calendars. Raises
    `DocumentError` for a file that cannot be read, or is no proper document of a client.
    """
    content, _ = read_mapping(path)
    if "client" not in content:
        return [Finding(path.stem, problem) for problem in validate(content)]
    document = read_document(path).content
    assert isinstance(document, ClientDocument), "a document with a client is a client's"
    surroundings = Surroundings(
        prompts=frozenset(document.prompts),
        queues=frozenset(document.queues),
        calendars={slug: each.model_dump() for slug, each in document.calendars.items()},
        flows=document.flows,
    )
    return [
        Finding(slug, problem)
        for slug, definition in document.flows.items()
        for problem in validate(definition, surroundings)
    ]
