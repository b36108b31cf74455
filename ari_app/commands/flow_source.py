"""Where a flow to look at comes from: a client's document, a flow's own file, or a slug."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ari_app.flow.languages import LANGUAGES
from ari_app.flow.said import Said, meant
from ari_app.media.standard import standard_texts
from ari_app.snapshot.calendars import with_holidays
from ari_app.snapshot.reader import Snapshot
from ari_app.store.client_document import ClientDocument
from ari_app.store.document_file import DocumentError, is_flow, read_document
from ari_app.store.yaml_file import read_yaml


@dataclass(frozen=True)
class FlowSource:
    """A flow with all that its runs need. `texts` has the words of prompts by language, slug."""

    bundle: dict[str, Any]
    number: str
    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    def words(self, kind: str, name: str, language: str) -> str | None:
        """What a prompt (`client` or `standard`) says, as far as it is spoken from a text."""
        if kind == "client":
            return self.texts.get(language, {}).get(name)
        sets = (language, *LANGUAGES) if language in LANGUAGES else LANGUAGES
        return next((texts[name] for texts in map(standard_texts, sets) if name in texts), None)


def flow_source(place: str, flow: str, snapshot: Path) -> FlowSource:
    """The flow called `flow` of the file or client named `place`.

    A file that holds a flow alone has just that one. Clients are looked up in the published
    configuration in `snapshot`. Raises `DocumentError` when there is no such thing.
    """
    path = Path(place)
    if not path.is_file():
        return _published(place, flow, snapshot)
    file = read_yaml(path)
    if is_flow(file.content):
        return FlowSource({"client": path.stem, "flow": path.stem, "definition": file.content}, "")
    document = read_document(file).content
    if not isinstance(document, ClientDocument):
        raise DocumentError(Said("{file} has agents and no flow", file=place))
    _refuse_unknown(flow, list(document.flows), place)
    return FlowSource(
        _bundle(document, flow),
        next((each.number for each in document.numbers if each.flow == flow), ""),
        {
            language: {
                slug: spoken[language].text or ""
                for slug, spoken in document.prompts.items()
                if language in spoken
            }
            for language in {each for spoken in document.prompts.values() for each in spoken}
        },
    )


def _published(client: str, flow: str, directory: Path) -> FlowSource:
    snapshot = Snapshot.open(directory) if (directory / "current").exists() else None
    if snapshot is None or client not in snapshot.clients:
        said = Said("'{client}' is neither a file nor a client of the house", client=client)
        raise DocumentError(said)
    _refuse_unknown(flow, list(snapshot.clients[client]["flows"]), client)
    numbers = (
        number
        for number, owner in snapshot.numbers.items()
        if (owner["client"], owner["flow"]) == (client, flow)
    )
    return FlowSource(snapshot.bundle(client, flow), next(numbers, ""))


def _refuse_unknown(flow: str, flows: list[str], place: str) -> None:
    if flow not in flows:
        known = ", ".join(flows)
        said = Said("{place} has no flow {flow}; it has {known}",
                    place=place, flow=flow, known=known or "-")  # fmt: skip
        raise DocumentError(meant(said, flow, flows))


def _bundle(document: ClientDocument, flow: str) -> dict[str, Any]:
    year = datetime.now(UTC).year
    return {
        "client": document.client,
        "flow": flow,
        "revision": 0,
        "definition": document.flows[flow],
        "subflows": {slug: each for slug, each in document.flows.items() if slug != flow},
        "calendars": {slug: with_holidays(each, year) for slug, each in document.calendars.items()},
        "timezone": document.timezone,
        "language": document.language,
        "short_abandon_seconds": document.short_abandon_seconds,
        "fallback_queue": document.fallback_queue,
        "record": document.record,
    }
