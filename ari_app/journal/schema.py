"""The tables of journal.db and how an older file is brought up to date."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from ari_app.journal.journal_error import JournalError

if TYPE_CHECKING:
    import sqlite3

# One script per version, forward only; PRAGMA user_version counts those applied.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE identity (node TEXT NOT NULL);
    CREATE TABLE bundles (sha TEXT PRIMARY KEY, bundle TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE runs (
        call TEXT PRIMARY KEY,
        client TEXT NOT NULL,
        channel TEXT NOT NULL,
        linked_id TEXT NOT NULL,
        flow TEXT NOT NULL,
        revision INTEGER NOT NULL,
        bundle TEXT NOT NULL,
        turn INTEGER NOT NULL,
        state TEXT NOT NULL,
        commands TEXT NOT NULL,
        updated_at REAL NOT NULL,
        ended_at REAL
    ) WITHOUT ROWID;
    CREATE INDEX runs_open ON runs (call) WHERE ended_at IS NULL;
    CREATE TABLE entries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        call TEXT NOT NULL,
        client TEXT NOT NULL,
        kind TEXT NOT NULL,
        at REAL NOT NULL,
        data TEXT NOT NULL
    );
    """,
    "CREATE TABLE spooled (name TEXT PRIMARY KEY) WITHOUT ROWID",
    # Whether a call is known is asked under the write lock, for which live calls wait: read from
    # end to end, 30,000 lines take 10 ms.
    "CREATE INDEX entries_of_call ON entries (call)",
    # With rowids: a run has more than the kilobyte from which WITHOUT ROWID keeps a row's end in
    # pages of its own, and a turn then writes nine pages in place of five or six.
    """
    DROP INDEX runs_open;
    ALTER TABLE runs RENAME TO runs_before;
    CREATE TABLE runs (
        call TEXT PRIMARY KEY,
        client TEXT NOT NULL,
        channel TEXT NOT NULL,
        linked_id TEXT NOT NULL,
        flow TEXT NOT NULL,
        revision INTEGER NOT NULL,
        bundle TEXT NOT NULL,
        turn INTEGER NOT NULL,
        state TEXT NOT NULL,
        commands TEXT NOT NULL,
        updated_at REAL NOT NULL,
        ended_at REAL
    );
    INSERT INTO runs SELECT * FROM runs_before;
    DROP TABLE runs_before;
    CREATE INDEX runs_open ON runs (call) WHERE ended_at IS NULL;
    """,
)


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Create or migrate the tables. Several processes may call this at the same moment.

    Raises :class:`JournalError` when the file was written by a later version of the program.
    """
    version = _version(connection)
    if version == len(MIGRATIONS):
        return
    if version > len(MIGRATIONS):
        raise JournalError(
            f"the journal has version {version}, this program knows {len(MIGRATIONS)}"
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        for number in range(_version(connection), len(MIGRATIONS)):
            for statement in MIGRATIONS[number].split(";"):
                connection.execute(statement)
            if number == 0:
                connection.execute("INSERT INTO identity VALUES (?)", (str(uuid.uuid4()),))
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
