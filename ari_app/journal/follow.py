"""Follows the journal into Postgres and clears up behind.

It looks every 50 ms whether the journal has grown, and after a batch lets the next one gather. When
Postgres is away it waits and loses nothing: the lines stay on the disk and go in order afterwards.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import structlog

from ari_app.journal.journal_error import JournalError
from ari_app.journal.ship import position, ship
from ari_app.journal.store import Journal
from ari_app.journal.tail import Tail
from ari_app.store.database import Connection, transaction

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.05
GATHER_SECONDS = 0.2
"""After a batch, so that under load there are few: a transaction costs both sides more than its
lines. A line after a while of silence still goes at once."""

BATCH = 500
CHECKPOINT_SECONDS = 1.0
PRUNE_SECONDS = 60.0
KEPT_SECONDS = 24 * 3600.0
"""Shipped lines stay for a day, for the recorder and for whoever looks while Postgres is away."""
LONGEST_BACKOFF_SECONDS = 5.0


class AnotherShipperError(Exception):
    """Another process ships this journal already."""


@dataclass(frozen=True)
class Chore:
    """Something to do with the connection every ``seconds``, once the journal is shipped."""

    name: str
    seconds: float
    work: Callable[[Connection], object]


class Shipper:
    """Ships the journal at ``journal`` through connections that ``open_connection`` gives.

    ``ready`` is the file that stands while everything is shipped.
    """

    def __init__(
        self,
        journal: Path,
        open_connection: Callable[[], Connection],
        ready: Path,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._journal = journal
        self._open_connection = open_connection
        self._ready = ready
        self._chores = dict.fromkeys(chores, 0.0)
        self.shipped: int | None = None
        """The last line that has arrived; ``None`` before Postgres could be asked."""
        self._checkpoint_at = 0.0
        self._prune_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set. Raises :class:`AnotherShipperError`."""
        with Journal(self._journal):
            pass  # makes the file when this process is the first of a new home
        backoff = POLL_SECONDS
        with Tail(self._journal) as tail:
            while not stop.is_set():
                try:
                    connection = self._open_connection()
                    try:
                        _be_the_only_one(connection, tail.node)
                        backoff = POLL_SECONDS
                        self._follow(tail, connection, stop)
                    finally:
                        connection.close()
                except psycopg2.Error as error:
                    # Away, starting, or without its tables until they are migrated: all pass.
                    log.warning("postgres_away", reason=str(error).strip(), retry_seconds=backoff)
                    self._clear_up(tail, None)  # the write-ahead log grows all the same
                    stop.wait(backoff)
                    backoff = min(2 * backoff, LONGEST_BACKOFF_SECONDS)
                finally:
                    self._ready.unlink(missing_ok=True)

    def _follow(self, tail: Tail, connection: Connection, stop: threading.Event) -> None:
        """Ship what comes until ``stop`` is set or the connection breaks."""
        self.shipped = position(connection, tail.node)
        version = None
        while not stop.is_set():
            pause = POLL_SECONDS
            try:
                current = tail.version()  # looked up first: what comes later changes it again
                if current != version:
                    self._ship(tail, connection, self.shipped, stop)
                    version, pause = current, GATHER_SECONDS
                    self._ready.write_text(f"{os.getpid()}\n", encoding="ascii")
                self._do_chores(connection)
                self._clear_up(tail, self.shipped)
            except (sqlite3.Error, JournalError, OSError) as error:
                version = None
                log.error("journal_trouble", journal=str(self._journal), reason=str(error))
                stop.wait(1.0)
            stop.wait(pause)

    def _ship(
        self, tail: Tail, connection: Connection, shipped: int, stop: threading.Event
    ) -> None:
        while not stop.is_set() and (entries := tail.after(shipped, BATCH)):
            ship(connection, tail.node, entries)
            self.shipped = shipped = entries[-1].seq

    def _do_chores(self, connection: Connection) -> None:
        for chore, due_at in self._chores.items():
            if time.monotonic() >= due_at:
                self._chores[chore] = time.monotonic() + chore.seconds
                try:
                    chore.work(connection)
                except psycopg2.OperationalError:
                    raise
                except psycopg2.DatabaseError as error:  # the journal goes on all the same
                    log.error("chore_failed", chore=chore.name, reason=str(error))

    def _clear_up(self, tail: Tail, shipped: int | None) -> None:
        now = time.monotonic()
        if now >= self._checkpoint_at:
            self._checkpoint_at = now + CHECKPOINT_SECONDS
            tail.checkpoint()
        if shipped is not None and now >= self._prune_at:
            self._prune_at = now + PRUNE_SECONDS
            tail.prune(shipped, time.time() - KEPT_SECONDS)


def _be_the_only_one(connection: Connection, node: str) -> None:
    """Take the journal's lock, which lasts as long as the connection."""
    key = int.from_bytes(hashlib.sha256(node.encode()).digest()[:8], signed=True)
    with transaction(connection) as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s) AS taken", (key,))
        if not cursor.fetchone().taken:
            raise AnotherShipperError(f"another shipper works on journal {node} already")
