"""Reads Asterisk's own account of the calls into Postgres, each line exactly once.

Asterisk appends to cel.jsonl whatever happens to the controller, the journal or a database. The
file may be rotated, cut or deleted meanwhile: it is known by the hash of its first line, which
carries a time in microseconds, and not by its name or inode, which come back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import structlog

from ari_app.journal.cel_event import CelEvent, read_event
from ari_app.store.database import Connection, Cursor, transaction

log = structlog.get_logger(__name__)

MOST_LINES = 5000
"""Read at one go, so that the journal never waits long behind a backlog of events."""


class Witness:
    """The event log at ``cel`` of the node whose journal is ``node``."""

    def __init__(self, cel: Path, node: str) -> None:
        self._cel = cel
        self._node = node

    def read(self, connection: Connection) -> int:
        """Take in the lines that are new, rotated files first, and return how many there were."""
        return sum(self._read_file(connection, path) for path in self._files())

    def unread(self, connection: Connection, path: Path | None = None) -> int:
        """Return how many bytes of a file are not taken in yet; of the one written now unless told.

        A line without its end counts too, although it is not taken in.
        """
        path = path or self._cel
        try:
            with path.open("rb") as file:
                key = hashlib.sha256(file.readline()).hexdigest()
                size = path.stat().st_size
        except FileNotFoundError:  # rotated just now, or nobody called yet
            return 0
        with transaction(connection) as cursor:
            cursor.execute(
                "SELECT position FROM witness_files WHERE node = %s AND first_line = %s",
                (self._node, key),
            )
            row = cursor.fetchone()
        return max(0, size - row.position) if row else size

    def _files(self) -> list[Path]:
        found = self._cel.parent.glob(f"{self._cel.name}*")
        return sorted(found, key=lambda path: (path.stat().st_mtime, path == self._cel))

    def _read_file(self, connection: Connection, path: Path) -> int:
        try:
            file = path.open("rb")
        except FileNotFoundError:  # removed since it was listed
            return 0
        with file, transaction(connection) as cursor:
            first = file.readline()
            if not first.endswith(b"\n"):
                return 0
            key = hashlib.sha256(first).hexdigest()
            cursor.execute(
                "SELECT position FROM witness_files WHERE node = %s AND first_line = %s FOR UPDATE",
                (self._node, key),
            )
            row = cursor.fetchone()
            file.seek(row.position if row else 0)
            count = 0
            for line in _whole_lines(file):
                self._take(cursor, line, path)
                count += 1
                if count == MOST_LINES:
                    break
            if count:
                cursor.execute(
                    """INSERT INTO witness_files (node, first_line, position) VALUES (%s, %s, %s)
                       ON CONFLICT (node, first_line) DO UPDATE SET
                           position = excluded.position, read_at = now()""",
                    (self._node, key, file.tell()),
                )
            return count

    def _take(self, cursor: Cursor, line: bytes, path: Path) -> None:
        try:
            event = read_event(line)
        except ValueError as error:
            log.error("event_unreadable", file=str(path), reason=str(error), line=repr(line[:200]))
            return
        if event is not None:
            self._insert(cursor, event)

    def _insert(self, cursor: Cursor, event: CelEvent) -> None:
        """Keep the event if it is of a caller's call: by itself, or by what was kept before."""
        cursor.execute(
            """INSERT INTO witness (node, call_id, linked_id, unique_id, channel_counter, event, at,
                                    context, number, caller_raw, caller_name, detail)
               SELECT %(node)s, %(call)s, %(linked_id)s, %(unique_id)s, %(counter)s, %(event)s,
                      %(at)s, %(context)s, %(number)s, %(caller_raw)s, %(caller_name)s, %(detail)s
               WHERE %(of_caller)s OR EXISTS (SELECT 1 FROM witness WHERE call_id = %(call)s)""",
            {
                "node": self._node, "call": event.call, "linked_id": event.linked_id,
                "unique_id": event.unique_id, "counter": event.counter, "event": event.event,
                "at": event.at, "context": event.context, "number": event.number,
                "caller_raw": event.caller_raw, "caller_name": event.caller_name,
                "detail": event.detail, "of_caller": event.of_caller,
            },
        )  # fmt: skip


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Give the lines that are complete; one that Asterisk is still writing stays for next time."""
    while (line := file.readline()).endswith(b"\n"):
        yield line
    file.seek(-len(line), 1)
