"""Brings clients and agents from their documents into the database, all of them or none.

A document is the whole truth of its client: what it does not have is removed, except the
revisions of flows, to which calls refer for ever. The same content again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.store import clients
from ari_app.store.client_document import AgentsDocument, ClientDocument
from ari_app.store.database import Connection, Cursor, transaction
from ari_app.store.document_file import DocumentError, DocumentFile, read_document
from ari_app.store.flow_check import flow_mistakes

HasSound = Callable[[str, str, str], bool]


@dataclass(frozen=True, slots=True)
class PromptSource:
    """A prompt whose sound has still to be made: from ``text``, or from the recording ``file``."""

    client: str
    prompt: str
    language: str
    text: str | None
    file: Path | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``revisions`` are the flows published anew: (client, flow, revision).

    ``prompts`` are those that are new or changed, or whose sound is missing.
    """

    clients: tuple[str, ...]
    agents: tuple[str, ...]
    revisions: tuple[tuple[str, str, int], ...]
    prompts: tuple[PromptSource, ...]


def import_documents(
    connection: Connection,
    paths: Iterable[Path],
    *,
    has_sound: Callable[[str, str, str], bool] = lambda _client, _prompt, _language: True,
    dry_run: bool = False,
) -> Imported:
    """Import these files; a directory stands for the ``*.yaml`` files in it.

    ``connection`` has the role ``duudlaga_writer``. ``has_sound`` tells of a client, prompt and
    language whether its sound lies on the disk: one that does not counts as changed. With
    ``dry_run`` everything is tried out and taken back. Raises :class:`DocumentError` with every
    mistake that was found; nothing is imported then.
    """
    files = _read(_yaml_files(paths))
    of_clients = [
        (file, file.content) for file in files if isinstance(file.content, ClientDocument)
    ]
    of_agents = [file.content for file in files if isinstance(file.content, AgentsDocument)]
    mistakes = [*_twice(of_clients)]
    for file, document in of_clients:
        mistakes += _missing_prompt_files(file, document)
        mistakes += flow_mistakes(file, document)
    _refuse(mistakes)
    with transaction(connection) as cursor:
        for agents in of_agents:
            clients.save_agents(cursor, agents)
        _refuse([*_taken_numbers(cursor, of_clients), *_unknown_agents(cursor, of_clients)])
        clients.release_numbers(cursor, [document.client for _, document in of_clients])
        revisions: list[tuple[str, str, int]] = []
        prompts: list[PromptSource] = []
        for file, document in of_clients:
            revisions += clients.save_client(cursor, document)
            prompts += _save_prompts(cursor, file, document, has_sound)
        if dry_run:
            connection.rollback()
    return Imported(
        clients=tuple(document.client for _, document in of_clients),
        agents=tuple(agent for document in of_agents for agent in document.agents),
        revisions=tuple(revisions),
        prompts=tuple(prompts),
    )


_Clients = Sequence[tuple[DocumentFile, ClientDocument]]


def _yaml_files(paths: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        files += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise DocumentError("there is no document to import: name a .yaml file or a folder of them")
    return files


def _read(paths: Iterable[Path]) -> list[DocumentFile]:
    files, mistakes = [], []
    for path in paths:
        try:
            files.append(read_document(path))
        except DocumentError as error:
            mistakes.append(str(error))
    _refuse(mistakes)
    return files


def _refuse(mistakes: Sequence[str]) -> None:
    if mistakes:
        raise DocumentError("\n".join(mistakes))


def _twice(documents: _Clients) -> list[str]:
    """A client or a number in two documents of this import."""
    mistakes = []
    clients_seen: dict[str, DocumentFile] = {}
    numbers_seen: dict[str, tuple[str, DocumentFile]] = {}
    for file, document in documents:
        if document.client in clients_seen:
            other = clients_seen[document.client].path
            mistakes.append(f"{file.path} and {other} are both of client {document.client}.")
        clients_seen[document.client] = file
        for place, number in enumerate(document.numbers):
            client, other_file = numbers_seen.setdefault(number.number, (document.client, file))
            if client != document.client:
                mistakes.append(
                    f"{file.place(('numbers', place))}: number {number.number} of client "
                    f"{document.client} belongs to client {client} in {other_file.path}."
                )
    return mistakes


def _missing_prompt_files(file: DocumentFile, document: ClientDocument) -> list[str]:
    return [
        f"{file.place(('prompts', slug, language, 'file'))}: there is no file {prompt.file}."
        for slug, languages in document.prompts.items()
        for language, prompt in languages.items()
        if prompt.file is not None and not (file.path.parent / prompt.file).is_file()
    ]


def _taken_numbers(cursor: Cursor, documents: _Clients) -> list[str]:
    """Numbers that belong to a client which is not part of this import."""
    imported = [document.client for _, document in documents]
    cursor.execute("SELECT number, client_id FROM numbers WHERE client_id <> ALL (%s)", (imported,))
    owners = dict(cursor.fetchall())
    return [
        f"{file.place(('numbers', place))}: number {number.number} of client {document.client} "
        f"belongs to client {owners[number.number]} already."
        for file, document in documents
        for place, number in enumerate(document.numbers)
        if number.number in owners
    ]


def _unknown_agents(cursor: Cursor, documents: _Clients) -> list[str]:
    cursor.execute("SELECT agent FROM agents")
    known = {agent for (agent,) in cursor.fetchall()}
    return [
        f"{file.place(('agents', agent))}: the house has no agent {agent}."
        for file, document in documents
        for agent in document.agents
        if agent not in known
    ]


def _save_prompts(
    cursor: Cursor,
    file: DocumentFile,
    document: ClientDocument,
    has_sound: Callable[[str, str, str], bool],
) -> list[PromptSource]:
    """Replace the client's prompts; return the new and the changed ones, and those not heard."""
    cursor.execute(
        "DELETE FROM prompts WHERE client_id = %s RETURNING prompt, language, sha256",
        (document.client,),
    )
    before = {(prompt, language): sha for prompt, language, sha in cursor.fetchall()}
    changed = []
    for slug, languages in document.prompts.items():
        for language, prompt in languages.items():
            source = None if prompt.file is None else file.path.parent / prompt.file
            content = (prompt.text or "").encode() if source is None else source.read_bytes()
            sha = hashlib.sha256(content).hexdigest()
            cursor.execute(
                """INSERT INTO prompts (client_id, prompt, language, text, file, sha256)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                (document.client, slug, language, prompt.text, prompt.file, sha),
            )
            made = has_sound(document.client, slug, language)
            if not made or before.get((slug, language)) != sha:
                changed.append(PromptSource(document.client, slug, language, prompt.text, source))
    return changed
