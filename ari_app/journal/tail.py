"""Reads a journal from behind, for the shipper, and clears away what has been shipped."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Self

from ari_app.journal.arrived import Arrived
from ari_app.journal.journal_error import JournalError


class Tail:
    """The journal at ``path``, which exists already."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, timeout=5, isolation_level=None)
        try:
            self.node: str = self._db.execute("SELECT node FROM identity").fetchone()[0]
        except sqlite3.Error as error:
            self._db.close()
            raise JournalError(f"journal {path} cannot be read: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def version(self) -> int:
        """Return a number that changes when another process has written. Costs microseconds."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def after(self, position: int, most: int) -> list[Arrived]:
        """Return the lines after ``position``, in order."""
        rows = self._db.execute(
            """SELECT seq, call, client, kind, at, data FROM entries
               WHERE seq > ? ORDER BY seq LIMIT ?""",
            (position, most),
        ).fetchall()
        return [Arrived.read(self.node, *row) for row in rows]

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file. Writers go on meanwhile (PASSIVE)."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def prune(self, position: int, before: float) -> None:
        """Remove the lines up to ``position`` and the ended runs, if older than ``before``.

        ``before`` is Unix seconds. A while is kept, so that a late writer still finds the call
        ended. Bundles stay: there is one per published revision. A few rows at a time, because
        a call that wants to write has to wait meanwhile.
        """
        for statement in (
            """DELETE FROM entries WHERE seq IN
                   (SELECT seq FROM entries WHERE seq <= ?1 AND at < ?2 ORDER BY seq LIMIT 500)""",
            """DELETE FROM runs WHERE call IN
                   (SELECT call FROM runs WHERE ended_at < ?2 AND NOT EXISTS
                       (SELECT 1 FROM entries WHERE entries.call = runs.call AND seq > ?1)
                    LIMIT 100)""",
        ):
            while self._db.execute(statement, (position, before)).rowcount > 0:
                continue
