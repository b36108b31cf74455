"""What is sound in a document with mistakes of form, and what is wrong with it besides."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ari_app.store.calendar_check import calendar_findings
from ari_app.store.client_document import ClientDocument
from ari_app.store.document_file import DocumentFile, Finding
from ari_app.store.flow_check import flow_findings
from ari_app.store.yaml_file import YamlFile

_NAMED = ("prompts", "queues", "calendars", "flows")


def findings_besides(file: YamlFile, music: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong with calendars and flows, whatever else in the document is.

    Nothing, when leaving out what has a mistake of form leaves no client's document, or takes away
    a name to which the rest may refer.
    """
    try:
        ClientDocument.model_validate(file.content)
    except ValidationError as error:
        content = copy.deepcopy(file.content)
        for each in error.errors(include_url=False, include_context=False):
            _leave_out(content, each["loc"])
        try:
            document = ClientDocument.model_validate(content)
        except ValidationError:
            return
        if any(_names(content, each) != _names(file.content, each) for each in _NAMED):
            return
        part = DocumentFile(file, document)
        yield from calendar_findings(part, document)
        yield from flow_findings(part, document, music)


def _names(content: Mapping[str, Any], field: str) -> set[str]:
    table = content.get(field)
    return set(table) if isinstance(table, dict) else set()


def _leave_out(content: Any, location: Sequence[str | int]) -> None:
    """Take out what a mistake is about; of a list all, since the places of the rest would shift."""
    steps = [step for step in location if step != "[key]"]
    for step in steps[:-1]:
        inside = isinstance(content, dict) and step in content
        member = isinstance(content, list) and isinstance(step, int) and step < len(content)
        if not inside and not member:
            return
        content = content[step]
    if isinstance(content, list):
        content.clear()
    elif isinstance(content, dict):
        content.pop(steps[-1], None)
