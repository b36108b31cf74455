"""Brings clients and agents from their documents into the database, all of them or none.

A document is the whole truth of its client: what it does not have is removed, except the
revisions of flows, to which calls refer for ever. The same content again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ari_app.store import clients
from ari_app.store.check import HasSound, House, Sounds, check, read_all, refuse
from ari_app.store.client_document import AgentsDocument, ClientDocument, PromptDocument
from ari_app.store.database import Connection, Cursor, transaction
from ari_app.store.dialled_numbers import as_dialled
from ari_app.store.document_file import DocumentFile, Finding


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

    ``prompts`` are those that are new or changed, or whose sound is missing; ``named`` are all,
    as (client, prompt, language). ``warnings`` are what the check found and did not forbid.
    """

    clients: tuple[str, ...]
    agents: tuple[str, ...]
    revisions: tuple[tuple[str, str, int], ...]
    prompts: tuple[PromptSource, ...]
    named: frozenset[tuple[str, str, str]] = frozenset()
    warnings: tuple[Finding, ...] = ()


def import_documents(
    connection: Connection,
    paths: Iterable[Path],
    *,
    has_sound: HasSound = lambda _client, _prompt, _language: True,
    sounds: Sounds | None = None,
    music: frozenset[str] = frozenset({"default"}),
    dry_run: bool = False,
) -> Imported:
    """Import these files; a directory stands for the documents in it.

    ``connection`` has the role ``duudlaga_writer``. ``has_sound`` tells of a client, prompt and
    language whether its sound lies on the disk: one that does not counts as changed. With
    ``dry_run`` everything is tried out and taken back. Raises :class:`DocumentError` with every
    mistake that was found; nothing is imported then.
    """
    sounds = sounds or Sounds()
    files = read_all(paths, music)
    with transaction(connection) as cursor:
        findings = check(files, _house(cursor, music), sounds)
        refuse(findings)
        of_clients = [
            (each, each.content) for each in files if isinstance(each.content, ClientDocument)
        ]
        of_agents = [each.content for each in files if isinstance(each.content, AgentsDocument)]
        for agents in of_agents:
            clients.save_agents(cursor, agents)
        clients.release_numbers(cursor, [document.client for _, document in of_clients])
        revisions: list[tuple[str, str, int]] = []
        prompts: list[PromptSource] = []
        for file, document in of_clients:
            revisions += clients.save_client(cursor, as_dialled(document))
            prompts += _save_prompts(cursor, file, document, has_sound, sounds)
        if dry_run:
            connection.rollback()
    return Imported(
        clients=tuple(document.client for _, document in of_clients),
        agents=tuple(agent for document in of_agents for agent in document.agents),
        revisions=tuple(revisions),
        prompts=tuple(prompts),
        named=frozenset(
            (document.client, prompt, language)
            for _, document in of_clients
            for prompt, languages in document.prompts.items()
            for language in languages
        ),
        warnings=tuple(findings),
    )


def _house(cursor: Cursor, music: frozenset[str]) -> House:
    cursor.execute("SELECT agent FROM agents")
    agents = frozenset(agent for (agent,) in cursor.fetchall())
    cursor.execute("SELECT number, client_id FROM numbers")
    return House(agents, dict(cursor.fetchall()), music)


def _content(
    client: str,
    slug: str,
    language: str,
    prompt: PromptDocument,
    source: Path | None,
    sounds: Sounds,
) -> bytes:
    """Return what tells a changed prompt from the one before."""
    if source is None:
        return (prompt.text or "").encode()
    if source.is_file():
        return source.read_bytes()
    return sounds.instead(client, slug, language, prompt.file or "") or b""


def _save_prompts(
    cursor: Cursor,
    file: DocumentFile,
    document: ClientDocument,
    has_sound: HasSound,
    sounds: Sounds,
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
            content = _content(document.client, slug, language, prompt, source, sounds)
            sha = hashlib.sha256(content).hexdigest()
            cursor.execute(
                """INSERT INTO prompts (client_id, prompt, language, text, file, sha256)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                (document.client, slug, language, prompt.text, prompt.file, sha),
            )
            made = has_sound(document.client, slug, language)
            if source is not None and not source.is_file():
                continue  # the house has this recording
            if not made or before.get((slug, language)) != sha:
                changed.append(PromptSource(document.client, slug, language, prompt.text, source))
    return changed
