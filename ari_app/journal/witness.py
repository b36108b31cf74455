"""Reads Asterisk's own account of the calls into Postgres, each line exactly once.

Asterisk appends to cel.jsonl whatever happens to the controller, the journal or a database. The
file may be rotated, cut or deleted meanwhile: it is known by the hash of its first line, which
carries a time in microseconds, and not by its name or inode, which come back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import astuple
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import structlog
from psycopg2.extras import execute_values

from ari_app.journal.asterisk_start import AsteriskStart
from ari_app.journal.cel_event import CelEvent, read_event
from ari_app.journal.left_messages import LOOK_BACK_SECONDS as MESSAGE_LOOK_BACK_SECONDS
from ari_app.journal.witnessed_call import doubtful, put_together
from ari_app.store.database import Connection, Cursor, transaction

log = structlog.get_logger(__name__)

MOST_LINES = 20_000
"""Read at one go, so that the journal never waits long behind a backlog of events."""

KEPT_SECONDS = 14 * 86400
"""How long a call waits here for its outcome; as long as the lines themselves."""

_ADD = """
    INSERT INTO witness_calls (node, call_id, linked_id, number, caller_raw, caller_name,
                               asterisk_at, began_at, last_at, hung_up_at, over_at, message_at,
                               message_status)
    SELECT * FROM (VALUES %s) AS told (node, call_id, linked_id, number, caller_raw, caller_name,
                                       asterisk_at, began_at, last_at, hung_up_at, over_at,
                                       message_at, message_status)
    WHERE message_at IS NOT NULL
       OR NOT EXISTS (SELECT 1 FROM calls WHERE calls.id = told.call_id AND outcome IS NOT NULL)
    ON CONFLICT (call_id) DO UPDATE SET
        number = CASE WHEN excluded.number ~ ',' THEN excluded.number ELSE witness_calls.number END,
        caller_raw = CASE WHEN excluded.number ~ ',' THEN excluded.caller_raw
                          ELSE witness_calls.caller_raw END,
        caller_name = CASE WHEN excluded.number ~ ',' THEN excluded.caller_name
                           ELSE witness_calls.caller_name END,
        last_at = greatest(witness_calls.last_at, excluded.last_at),
        hung_up_at = least(witness_calls.hung_up_at, excluded.hung_up_at),
        over_at = greatest(witness_calls.over_at, excluded.over_at),
        message_at = coalesce(witness_calls.message_at, excluded.message_at),
        message_status = CASE WHEN witness_calls.message_at IS NULL THEN excluded.message_status
                              ELSE witness_calls.message_status END
"""
_ROW = "(%s, %s::uuid, %s, %s, %s, %s" + 6 * ", %s::timestamptz" + ", %s)"
_FORGET = """
    DELETE FROM witness_calls AS seen
    WHERE node = %(node)s
      AND (last_at < %(now)s - make_interval(secs => %(kept)s)
           OR EXISTS (SELECT 1 FROM calls WHERE calls.id = seen.call_id AND outcome IS NOT NULL)
              AND (message_at IS NULL
                   OR message_at < %(now)s - make_interval(secs => %(message_kept)s)
                   OR EXISTS (SELECT 1 FROM recordings
                              WHERE recordings.id = seen.call_id::text || '-last')))
"""


class Witness:
    """The event log at ``cel`` of the node whose journal is ``node``."""

    def __init__(self, cel: Path, node: str) -> None:
        self._cel = cel
        self._node = node

    def read(self, connection: Connection) -> int:
        """Take in the lines that are new, rotated files first, and return how many there were."""
        count = 0
        for path in self._files():
            count += (taken := self._read_file(connection, path))
            if taken == MOST_LINES:  # what comes later waits for the rest of this one
                break
        return count

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

    def forget(self, connection: Connection, now: datetime) -> int:
        """Remove the calls of which nothing is owed to the history, and return how many.

        These are the calls whose outcome, and message if there was one, are on record; and those
        that could not be entered for as long as Asterisk's own lines are kept.
        """
        with transaction(connection) as cursor:
            cursor.execute(
                _FORGET,
                {"node": self._node, "now": now, "kept": KEPT_SECONDS,
                 "message_kept": MESSAGE_LOOK_BACK_SECONDS},
            )  # fmt: skip
            return cursor.rowcount

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
            lines = list(islice(_whole_lines(file), MOST_LINES))
            if lines:
                self._keep(cursor, [*_events(lines, path)])
                cursor.execute(
                    """INSERT INTO witness_files (node, first_line, position) VALUES (%s, %s, %s)
                       ON CONFLICT (node, first_line) DO UPDATE SET
                           position = excluded.position, read_at = now()""",
                    (self._node, key, file.tell()),
                )
            return len(lines)

    def _keep(self, cursor: Cursor, events: list[CelEvent]) -> None:
        """Add what the events tell to the calls' rows; what is on record needs none."""
        before = self._last_start(cursor)
        calls, start = put_together(events, self._known(cursor, doubtful(events)), before)
        if start is not None and start != before:
            cursor.execute(
                """INSERT INTO asterisk_starts (node, began_at, counter, counter_second)
                   VALUES (%s, %s, %s, %s)
                   ON CONFLICT (node) DO UPDATE SET began_at = excluded.began_at,
                       counter = excluded.counter, counter_second = excluded.counter_second""",
                (self._node, start.began_at, start.counter, start.second),
            )
        if calls:
            rows = [(self._node, *astuple(call)) for call in calls]
            execute_values(cursor, _ADD, rows, _ROW, page_size=len(rows))

    def _last_start(self, cursor: Cursor) -> AsteriskStart | None:
        cursor.execute(
            "SELECT began_at, counter, counter_second FROM asterisk_starts WHERE node = %s",
            (self._node,),
        )
        row = cursor.fetchone()
        return AsteriskStart(*row) if row else None

    def _known(self, cursor: Cursor, calls: set[str]) -> set[str]:
        if not calls:
            return set()
        cursor.execute(
            "SELECT call_id::text FROM witness_calls WHERE call_id = ANY(%s::uuid[])",
            (list(calls),),
        )
        return {row.call_id for row in cursor.fetchall()}


def _events(lines: list[bytes], path: Path) -> Iterator[CelEvent]:
    for line in lines:
        try:
            event = read_event(line)
        except ValueError as error:
            log.error("event_unreadable", file=str(path), reason=str(error), line=repr(line[:200]))
            continue
        if event is not None:
            yield event


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Give the lines that are complete; one that Asterisk is still writing stays for next time."""
    while (line := file.readline()).endswith(b"\n"):
        yield line
    file.seek(-len(line), 1)
