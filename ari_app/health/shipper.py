"""What the shipper says of itself: how far Postgres is behind, and what the witness found."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2

from ari_app.health.dependency import Dependencies
from ari_app.health.figure import Figure
from ari_app.health.report import Report
from ari_app.journal.reconcile import UNLOGGED_AFTER_SECONDS
from ari_app.journal.refused_calls import RefusedCalls
from ari_app.journal.witness import Witness
from ari_app.store.calls import unlogged
from ari_app.store.database import Connection, transaction

LOOK_SECONDS = 10.0
LATE_SECONDS = 10.0
"""An entry that waits longer is held up: usually it is in Postgres within 0.1 s."""

_WAITING = "SELECT count(*), min(at) FROM entries WHERE seq > ?"


class ShipperHealth:
    """The shipper of the journal at ``journal``. :meth:`report` reads the journal when asked.

    ``shipped()`` is the last line known to be in Postgres, ``None`` before it could be asked.
    """

    def __init__(
        self,
        journal: Path,
        witness: Witness,
        shipped: Callable[[], int | None],
        refused: RefusedCalls,
    ) -> None:
        self._journal = journal
        self._witness = witness
        self._shipped = shipped
        self._refused = refused
        self._dependencies = Dependencies()
        self._trouble = False
        self._unlogged: int | None = None
        self._unread: int | None = None

    def connected(self, connect: Callable[[], Connection]) -> Connection:
        """Connect, and remember how that went."""
        try:
            connection = connect()
        except psycopg2.Error as error:
            self._trouble = True
            self._dependencies.note("postgres", "down", str(error).strip())
            raise
        self._trouble = False
        self._dependencies.note("postgres", "up")
        return connection

    def look(self, connection: Connection) -> None:
        """Ask Postgres what only it knows; one of the shipper's chores."""
        before = datetime.now(UTC) - timedelta(seconds=UNLOGGED_AFTER_SECONDS)
        with transaction(connection) as cursor:
            self._unlogged = unlogged(cursor, before)
        self._unread = self._witness.unread(connection)

    def report(self) -> Report:
        """Return how it stands now."""
        note, now = self._dependencies.note, time.time()
        waiting, age = None, 0.0
        try:
            waiting, age = self._waiting(now)
            note("journal", "up", vital=True)
        except sqlite3.Error as error:
            note("journal", "down", f"{self._journal} cannot be read: {error}", vital=True)
        if not self._trouble and age > LATE_SECONDS:
            note("postgres", "degraded", f"an entry has waited for {age:.0f} s")
        elif not self._trouble:
            note("postgres", "up")
        if self._unlogged:
            reason = f"{self._unlogged} calls that Asterisk saw are not on record"
            note("history", "degraded", reason)
        else:
            note("history", "up")
        refused = self._refused.recent(now)
        note("way_in", "degraded" if refused else "up", refused)
        figures = self._figures(waiting, age)
        return Report("shipper", now, self._dependencies.all(), figures)

    def _waiting(self, now: float) -> tuple[int, float]:
        """Count the entries that are not in Postgres, and how long the oldest has waited."""
        address = f"{self._journal.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=1.0)) as journal:
            count, oldest = journal.execute(_WAITING, (self._shipped() or 0,)).fetchone()
        return count, max(0.0, now - oldest) if oldest is not None else 0.0

    def _figures(self, waiting: int | None, age: float) -> Sequence[Figure]:
        return (
            Figure("entries_waiting", waiting, "Entries of the journal not yet in Postgres."),
            Figure("entry_oldest_seconds", age, "For how long the oldest of them has waited."),
            Figure(
                "calls_unlogged",
                self._unlogged,
                "Calls that Asterisk saw and that are not on record.",
            ),
            Figure(
                "calls_refused",
                {"488": 0, **self._refused.counts},
                "Calls refused before they had a channel, by the answer's status.",
                "status",
                counter=True,
            ),
            Figure("witness_unread_bytes", self._unread, "Of cel.jsonl, not yet taken in."),
        )
