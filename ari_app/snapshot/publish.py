"""Publishes the configuration: from Postgres to a new version on this node's disk."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import phonenumbers

from ari_app.snapshot.calendars import with_holidays
from ari_app.snapshot.reader import Snapshot, SnapshotError
from ari_app.store.client_document import ClientDocument
from ari_app.store.database import Connection, Cursor, transaction
from ari_app.store.exporting import client_slugs, load_agents, load_client

KEPT_VERSIONS = 3
Contacts = list[tuple[str, str, bool, bool, bool, str]]


def publish(connection: Connection, directory: Path) -> str:
    """Write what Postgres holds as a new version into ``directory`` and put it in force.

    Returns the version; when nothing changed, the one already in force. ``connection`` has the
    role ``duudlaga_writer``. Everything is on the disk before the link is replaced, so a reader
    sees the old version or the new one, whole.
    """
    now = datetime.now(UTC)
    with transaction(connection) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        house = _house(cursor, now.year)
        contacts = _contacts(cursor)
    content_sha = hashlib.sha256(json.dumps([house, contacts]).encode()).hexdigest()
    current = directory / "current"
    in_force = _whole_version(current)
    if in_force is not None and in_force.endswith(content_sha[:12]):
        return in_force
    version = f"{now:%Y%m%dT%H%M%S%f}-{content_sha[:12]}"
    document = {"version": version, "made_at": now.isoformat(), **house}
    unfinished = directory / f".{version}"
    unfinished.mkdir(parents=True)
    _write_contacts(unfinished / "contacts.db", contacts)
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    _write(unfinished / "house.json", content)
    _write(unfinished / "house.json.sha256", hashlib.sha256(content).hexdigest().encode())
    _sync_folder(unfinished)
    unfinished.rename(directory / version)
    link = directory / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(current)
    _sync_folder(directory)
    _remove_old(directory)
    return version


def _whole_version(current: Path) -> str | None:
    """The version in force; `None` when there is none, or when it is damaged on the disk."""
    try:
        version = Snapshot.open(current.parent).version
        return version if version == current.readlink().name else None
    except (SnapshotError, OSError):
        return None


def _house(cursor: Cursor, year: int) -> dict[str, Any]:
    numbers: dict[str, dict[str, str]] = {}
    clients: dict[str, Any] = {}
    levels: dict[str, dict[str, int]] = {}
    for slug in client_slugs(cursor):
        document = load_client(cursor, slug)
        assert document is not None, "one transaction sees the same clients throughout"
        clients[slug] = _client(cursor, document, year)
        for number in document.numbers:
            numbers[number.number] = {
                "client": slug,
                "flow": number.flow,
                "national": _national(number.number),
            }
        for agent, level in document.agents.items():
            levels.setdefault(agent, {})[slug] = level
    agents = {
        slug: {**agent.model_dump(), "clients": levels.get(slug, {})}
        for slug, agent in load_agents(cursor).agents.items()
    }
    return {"numbers": numbers, "clients": clients, "agents": agents}


def _client(cursor: Cursor, document: ClientDocument, year: int) -> dict[str, Any]:
    cursor.execute(
        "SELECT flow, current_revision FROM flows WHERE client_id = %s", (document.client,)
    )
    revisions = dict(cursor.fetchall())
    kept = {"name", "language", "timezone", "colour", "answer_phrase", "short_abandon_seconds",
            "record", "fallback_queue"}  # fmt: skip
    return {
        **document.model_dump(include=kept),
        "flows": {
            flow: {"revision": revisions[flow], "definition": definition}
            for flow, definition in document.flows.items()
        },
        "calendars": {
            slug: with_holidays(calendar, year, document.language)
            for slug, calendar in document.calendars.items()
        },
        "queues": {slug: queue.model_dump() for slug, queue in document.queues.items()},
        "prompts": {
            slug: {language: f"clients/{document.client}/{language}/{slug}" for language in prompt}
            for slug, prompt in document.prompts.items()
        },
    }


def _national(number: str) -> str:
    """Return the digits without the country code, as a trunk of that country may send them."""
    return phonenumbers.national_significant_number(phonenumbers.parse(number))


def _contacts(cursor: Cursor) -> Contacts:
    cursor.execute(
        """SELECT client_id, number, calls > 0 OR name IS NOT NULL, vip, blocked, coalesce(name, '')
           FROM contacts ORDER BY client_id, number"""
    )
    return [tuple(row) for row in cursor.fetchall()]


def _write_contacts(path: Path, contacts: Contacts) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            """CREATE TABLE contacts (client TEXT, number TEXT, known INTEGER, vip INTEGER,
                                      blocked INTEGER, name TEXT, PRIMARY KEY (client, number))
               WITHOUT ROWID"""
        )
        database.executemany("INSERT INTO contacts VALUES (?, ?, ?, ?, ?, ?)", contacts)
        database.commit()  # SQLite itself syncs the file here


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_old(directory: Path) -> None:
    current = (directory / "current").readlink().name
    versions = sorted(path.parent for path in directory.glob("[0-9]*/house.json"))
    for version in versions[:-KEPT_VERSIONS]:
        if version.name != current:
            shutil.rmtree(version)
    for unfinished in directory.glob(".[0-9]*"):  # of a publisher that died
        shutil.rmtree(unfinished)
