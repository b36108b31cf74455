"""Reads a client's or the agents' YAML file, and says where in it a mistake is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ari_app.flow.refusal import first_causes, reason
from ari_app.flow.said import Said, meant, nearest, shown
from ari_app.store.client_document import AgentsDocument, ClientDocument
from ari_app.store.written import HOME
from ari_app.store.yaml_file import DocumentError, Finding, YamlFile, read_yaml

__all__ = ["DocumentError", "DocumentFile", "Finding", "is_flow", "read_document"]


@dataclass(frozen=True)
class DocumentFile:
    """A file and what it holds."""

    yaml: YamlFile
    content: ClientDocument | AgentsDocument

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.yaml.path

    def find(self, steps: Sequence[str | int], message: str, severity: str = "error") -> Finding:
        """Return a finding at the place to which ``steps`` lead."""
        home = self.content.home if isinstance(self.content, ClientDocument) else HOME
        return self.yaml.find(steps, message, severity, home)


def is_flow(content: dict[str, Any]) -> bool:
    """Tell whether a file holds a flow alone, not a client or agents."""
    return "nodes" in content or "spec_version" in content


def read_document(source: Path | YamlFile) -> DocumentFile:
    """Read one file: a client, or agents. Raises :class:`DocumentError`."""
    file = read_yaml(source) if isinstance(source, Path) else source
    model = _model(file)
    try:
        return DocumentFile(file, model.model_validate(file.content))
    except ValidationError as error:
        raise DocumentError(
            findings=[
                file.find([step for step in each["loc"] if step != "[key]"], reason(model, each))
                for each in first_causes(error.errors(include_url=False))
            ]
        ) from error


def _model(file: YamlFile) -> type[ClientDocument] | type[AgentsDocument]:
    """Tell by its fields what a document is."""
    if "client" in file.content:
        return ClientDocument
    known: type[BaseModel] = ClientDocument
    if set(file.content) & set(known.model_fields) <= {"agents"}:
        if "agents" in file.content:
            return AgentsDocument
        known = AgentsDocument
    for field in file.content:
        for word in ("client", "agents"):
            if nearest(field, [word]):
                said = Said("nobody knows the field `{field}`", field=shown(field))
                raise DocumentError(findings=[file.find([field], meant(said, field, [word]))])
    said = Said(
        "the document says not what it is: a client's has the field `client`, the agents' has "
        "`agents`"
    )
    raise DocumentError(findings=[file.find([], said)])
