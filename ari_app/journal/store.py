"""The journal of one node: a SQLite file in which every turn is saved before it is carried out.

Standard library only: the fallback (AGI) opens it too and must start quickly. Controller,
fallback and shipper have the file open at once; SQLite's write-ahead log lets them.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from ari_app.journal.journal_error import (
    JournalError,
    JournalFullError,
    JournalLockedError,
    RunTakenError,
)
from ari_app.journal.schema import bring_up_to_date
from ari_app.journal.turn import SavedRun, SavedTurn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ari_app.flow.entries import Entry

_SAVE_RUN = """
    INSERT INTO runs (call, client, channel, linked_id, flow, revision, bundle,
                      turn, state, commands, updated_at, ended_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (call) DO UPDATE SET
        channel = excluded.channel, linked_id = excluded.linked_id, turn = excluded.turn,
        state = excluded.state, commands = excluded.commands, updated_at = excluded.updated_at{}
    WHERE excluded.turn > runs.turn
"""
# A turn before the last leaves ended_at alone, and SQLite the index of open runs.
_SAVE_TURN = _SAVE_RUN.format("")
_SAVE_LAST = _SAVE_RUN.format(", ended_at = coalesce(runs.ended_at, excluded.ended_at)")
_SAVE_ENTRY = "INSERT INTO entries (call, client, kind, at, data) VALUES (?, ?, ?, ?, ?)"
_END_RUN = "UPDATE runs SET ended_at = ?, commands = '[]' WHERE call = ? AND ended_at IS NULL"
_RUN = """SELECT call, client, channel, linked_id, flow, revision, bundle,
                 turn, state, commands, updated_at, ended_at FROM runs"""
_KNOWN = "SELECT 1 FROM runs WHERE call = ?1 UNION ALL SELECT 1 FROM entries WHERE call = ?1"
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Journal:
    """The journal file at ``path``, created when it is not there.

    ``busy_seconds`` is how long a write waits for another process. Every method raises
    :class:`JournalError` or one of its kinds. Not for use by several threads at once.
    """

    def __init__(self, path: Path, busy_seconds: float = 1.0) -> None:
        self.path = path
        with self._named_errors():
            # isolation_level None: transactions begin and end where this file says so.
            self._db = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
            try:
                self._db.row_factory = sqlite3.Row
                self._db.execute("PRAGMA journal_mode = WAL")
                # NORMAL loses nothing when a process dies, only when the machine does.
                self._db.execute("PRAGMA synchronous = NORMAL")
                # A checkpoint takes up to 7 ms; the shipper makes it, outside of any call.
                self._db.execute("PRAGMA wal_autocheckpoint = 0")
                bring_up_to_date(self._db)
                self.node: str = self._db.execute("SELECT node FROM identity").fetchone()[0]
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def commit(self, turn: SavedTurn) -> None:
        """Save one turn, all of it or nothing, before its commands are carried out.

        A run that has ended stays ended, whoever writes after that. Raises
        :class:`RunTakenError` when the run is at this turn already or further: another process
        took it on, and this one did not know.
        """
        run = (
            turn.call, turn.client, turn.channel, turn.linked_id, turn.flow, turn.revision,
            turn.bundle, turn.turn, _encode(turn.state), _encode(turn.commands), turn.at,
            turn.at if turn.ended else None,
        )  # fmt: skip
        rows = _rows(turn.call, turn.client, turn.entries)
        with self._transaction() as db:
            if db.execute(_SAVE_LAST if turn.ended else _SAVE_TURN, run).rowcount == 0:
                raise RunTakenError(
                    f"call {turn.call}: turn {turn.turn} comes too late, the run was taken on"
                )
            db.executemany(_SAVE_ENTRY, rows)

    def append_entries(self, call: str, client: str, entries: Sequence[Entry]) -> None:
        """Add entries to a call without touching its run."""
        with self._transaction() as db:
            db.executemany(_SAVE_ENTRY, _rows(call, client, entries))

    def append_notes(self, notes: Sequence[tuple[str, str, Entry]]) -> None:
        """Add entries of several calls, each with its call and client, in one transaction."""
        with self._transaction() as db:
            for call, client, entry in notes:
                db.executemany(_SAVE_ENTRY, _rows(call, client, [entry]))

    def append_once(self, call: str, client: str, entries: Sequence[Entry]) -> bool:
        """Add a whole call, unless the journal knows the call already; tell whether it did."""
        with self._transaction() as db:
            if db.execute(_KNOWN, (call,)).fetchone():
                return False
            db.executemany(_SAVE_ENTRY, _rows(call, client, entries))
            return True

    def append_spooled(self, name: str, call: str, client: str, entries: Sequence[Entry]) -> bool:
        """Add the entries of the spool's file ``name``, unless that was done; tell whether so."""
        with self._transaction() as db:
            if db.execute("INSERT OR IGNORE INTO spooled VALUES (?)", (name,)).rowcount == 0:
                return False
            db.executemany(_SAVE_ENTRY, _rows(call, client, entries))
            for ended in (entry for entry in entries if entry.kind == "call_ended"):
                db.execute(_END_RUN, (ended.at, call))
            return True

    def end_run(self, call: str, client: str, entries: Sequence[Entry], at: float) -> bool:
        """End a call's open run with these entries; ``False``, and no entry, if it ended before.

        For a call of which nobody is left to take the last turn.
        """
        with self._transaction() as db:
            if db.execute(_END_RUN, (at, call)).rowcount == 0:
                return False
            db.executemany(_SAVE_ENTRY, _rows(call, client, entries))
            return True

    def open_runs(self) -> list[SavedRun]:
        """Return every run that has not ended, oldest call first."""
        with self._named_errors():
            rows = self._db.execute(_RUN + " WHERE ended_at IS NULL ORDER BY call").fetchall()
        return [_saved_run(row) for row in rows]

    def load(self, call: str) -> SavedRun | None:
        """Return the run of ``call``, open or ended, or ``None``."""
        with self._named_errors():
            row = self._db.execute(_RUN + " WHERE call = ?", (call,)).fetchone()
        return _saved_run(row) if row else None

    def keep_bundle(self, bundle: dict[str, Any]) -> str:
        """Keep a bundle and return its SHA-256, by which runs refer to it."""
        text = json.dumps(bundle, sort_keys=True, separators=(",", ":"))
        sha = hashlib.sha256(text.encode()).hexdigest()
        with self._named_errors():
            self._db.execute("INSERT OR IGNORE INTO bundles VALUES (?, ?)", (sha, text))
        return sha

    def bundle(self, sha: str) -> dict[str, Any]:
        """Return the bundle on which a run began."""
        with self._named_errors():
            row = self._db.execute("SELECT bundle FROM bundles WHERE sha = ?", (sha,)).fetchone()
        if row is None:
            raise JournalError(f"journal {self.path} has no bundle {sha}")
        bundle: dict[str, Any] = json.loads(row[0])
        return bundle

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._named_errors():
            # IMMEDIATE takes the write lock at once: a later upgrade could fail without waiting.
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite itself rolls back on a full disk
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
                raise JournalFullError(
                    f"the disk does not take journal {self.path}: {error}"
                ) from error
            if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise JournalLockedError(f"journal {self.path} stays locked: {error}") from error
            if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise JournalError(
                    f"journal {self.path} is damaged ({error}): move it away and start again; what "
                    "it still holds can be had from it with sqlite3's .recover"
                ) from error
            raise JournalError(f"journal {self.path} failed: {error}") from error


def _rows(
    call: str, client: str, entries: Sequence[Entry]
) -> list[tuple[str, str, str, float, str]]:
    return [(call, client, entry.kind, entry.at, _encode(entry.data)) for entry in entries]


def _saved_run(row: sqlite3.Row) -> SavedRun:
    columns = dict(row)
    columns["state"] = json.loads(columns["state"])
    columns["commands"] = json.loads(columns["commands"])
    return SavedRun(**columns)
