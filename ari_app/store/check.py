"""The one check of documents: what `flow validate` says is what an import would refuse.

Errors forbid the import, warnings do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.flow.said import Said, meant
from ari_app.media.speech import LONGEST_TEXT
from ari_app.store.archive import recording_name
from ari_app.store.calendar_check import calendar_findings
from ari_app.store.client_document import AgentsDocument, ClientDocument
from ari_app.store.dialled_numbers import dialled_numbers
from ari_app.store.document_file import DocumentError, DocumentFile, Finding, read_document
from ari_app.store.flow_check import flow_findings
from ari_app.store.language_check import language_findings
from ari_app.store.sound_part import findings_besides
from ari_app.store.yaml_file import YamlFile, read_yaml

SoundProblem = Callable[[Path], Said | None]
HasSound = Callable[[str, str, str], bool]
KeptSound = Callable[[str, str, str], bytes | None]


@dataclass(frozen=True)
class House:
    """What is in the house already: agents, and who owns a number. `music` are the classes."""

    agents: frozenset[str] = frozenset()
    numbers: Mapping[str, str] = field(default_factory=dict)
    music: frozenset[str] = frozenset({"default"})


@dataclass(frozen=True)
class Sounds:
    """What is known of recordings: what is wrong with a file, and which the house has already.

    A document may name one of those as its export does, without the file beside it.
    """

    problem: SoundProblem = lambda _path: None
    kept: KeptSound = lambda _client, _prompt, _language: None

    def instead(self, client: str, prompt: str, language: str, file: str) -> bytes | None:
        """Return the house's own recording, when `file` is the name that it has in an export."""
        if file != recording_name(language, prompt):
            return None
        return self.kept(client, prompt, language)


def documents_of(paths: Iterable[Path]) -> list[Path]:
    """Return the documents that these paths stand for: a folder for its .yaml and .yml files."""
    files: list[Path] = []
    for path in paths:
        inside = [*path.glob("*.yaml"), *path.glob("*.yml")] if path.is_dir() else [path]
        files += sorted(inside)
    if not files:
        said = Said("there is no document to import: name a .yaml file, or a folder of them")
        raise DocumentError(said)
    return files


def read_all(paths: Iterable[Path], music: frozenset[str]) -> list[DocumentFile]:
    """Read these documents; raises :class:`DocumentError` with the mistakes of all of them."""
    files: list[DocumentFile] = []
    findings: list[Finding] = []
    for path in documents_of(paths):
        try:
            files.append(read_or_tell(read_yaml(path), music))
        except DocumentError as error:
            findings += error.findings
    refuse(findings)
    return files


def read_or_tell(file: YamlFile, music: frozenset[str]) -> DocumentFile:
    """Read a document; raises :class:`DocumentError` with all that can be found in one round."""
    try:
        return read_document(file)
    except DocumentError as error:
        findings = (*error.findings, *findings_besides(file, music))
        raise DocumentError(findings=findings) from error


def refuse(findings: Iterable[Finding]) -> None:
    """Raise :class:`DocumentError` when there are errors among the findings."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise DocumentError(findings=errors)


def check(
    files: Sequence[DocumentFile], house: House, sounds: Sounds | None = None
) -> list[Finding]:
    """Hold documents against the rules, one another, and the house."""
    sounds = sounds or Sounds()
    agents = set(house.agents)
    for file in files:
        if isinstance(file.content, AgentsDocument):
            agents |= set(file.content.agents)
    clients = [(file, file.content) for file in files if isinstance(file.content, ClientDocument)]
    findings = [*_twice(clients)]
    for file, document in clients:
        findings += _references(file, document)
        findings += calendar_findings(file, document)
        findings += _prompts(file, document, sounds)
        findings += language_findings(file, document)
        findings += flow_findings(file, document, house.music)
        findings += dialled_numbers(file, document)
        findings += _music(file, document, house.music)
        findings += _agents(file, document, agents)
    imported = {document.client for _, document in clients}
    return [*findings, *_taken_numbers(clients, imported, house.numbers)]


_Clients = Sequence[tuple[DocumentFile, ClientDocument]]


def _twice(documents: _Clients) -> Iterator[Finding]:
    """A client in two documents, or a number in two clients."""
    clients: dict[str, Path] = {}
    numbers: dict[str, tuple[str, Path]] = {}
    for file, document in documents:
        client = document.client
        if client in clients:
            said = Said("the client {client} is in {other} too", client=client,
                        other=clients[client])  # fmt: skip
            yield file.find(["client"], said)
        clients[client] = file.path
        for place, number in enumerate(document.numbers):
            owner, other = numbers.setdefault(number.number, (client, file.path))
            if owner != client:
                said = Said(
                    "the number {number} belongs to the client {owner}, in {other}",
                    number=number.number, owner=owner, other=other,
                )  # fmt: skip
                yield file.find(["numbers", place, "number"], said)


def _references(file: DocumentFile, document: ClientDocument) -> Iterator[Finding]:
    """Names of flows and queues that the document does not have."""
    queue = document.fallback_queue
    if queue is not None and queue not in document.queues:
        said = Said("there is no queue {name}", name=queue)
        yield file.find(["fallback_queue"], meant(said, queue, document.queues))
    seen: set[str] = set()
    for place, number in enumerate(document.numbers):
        if number.flow not in document.flows:
            said = Said("there is no flow {name}", name=number.flow)
            yield file.find(["numbers", place, "flow"], meant(said, number.flow, document.flows))
        if number.number in seen:
            said = Said("the number {number} stands here twice", number=number.number)
            yield file.find(["numbers", place, "number"], said)
        seen.add(number.number)


def _prompts(file: DocumentFile, document: ClientDocument, sounds: Sounds) -> Iterator[Finding]:
    """Recordings that are not there or no sound, and texts that no voice can speak."""
    for slug, languages in document.prompts.items():
        for language, prompt in languages.items():
            said: Said | None = None
            if prompt.text is not None:
                said = _speech(prompt.text)
            elif not (file.path.parent / (prompt.file or "")).is_file():
                if not sounds.instead(document.client, slug, language, prompt.file or ""):
                    said = Said("there is no file {file} beside the document", file=prompt.file)
            else:
                said = sounds.problem(file.path.parent / (prompt.file or ""))
            if said is not None:
                field = "text" if prompt.file is None else "file"
                yield file.find(["prompts", slug, language, field], said)


def _speech(text: str) -> Said | None:
    if len(text) > LONGEST_TEXT:
        return Said("this text has {length} characters; at most {most} fit here",
                    length=len(text), most=LONGEST_TEXT)  # fmt: skip
    return None


def _music(
    file: DocumentFile, document: ClientDocument, known: frozenset[str]
) -> Iterator[Finding]:
    for slug, queue in document.queues.items():
        if queue.music not in known:
            said = Said("there is no music {name}; callers hear `default`", name=queue.music)
            found = meant(said, queue.music, known)
            yield file.find(["queues", slug, "music"], found, "warning")


def _agents(file: DocumentFile, document: ClientDocument, known: set[str]) -> Iterator[Finding]:
    for agent in document.agents:
        if agent not in known:
            said = Said("the house has no agent {agent}", agent=agent)
            yield file.find(["agents", agent], meant(said, agent, known))


def _taken_numbers(
    documents: _Clients, imported: set[str], owners: Mapping[str, str]
) -> Iterator[Finding]:
    """Numbers that belong to a client which is not part of this import."""
    for file, document in documents:
        for place, number in enumerate(document.numbers):
            owner = owners.get(number.number)
            if owner is not None and owner not in imported:
                said = Said("the number {number} belongs to the client {owner} already",
                            number=number.number, owner=owner)  # fmt: skip
                yield file.find(["numbers", place, "number"], said)
