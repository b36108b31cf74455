"""Takes entries into Postgres and derives from them: one transaction, in order, exactly once."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from psycopg2.extras import Json

from ari_app.journal.arrived import Arrived
from ari_app.journal.projection import project
from ari_app.journal.statement import Statement, Work, carry_out
from ari_app.store.database import Connection, Cursor, transaction

_log = structlog.get_logger(__name__)
# Any number. Whoever holds it is the only one of the house who adds entries and derives from
# them, so that the order of entry_id is the order in which they were applied.
_ORDER_LOCK = 7_011_0002
_TAKE_ORDER = f"SELECT pg_advisory_xact_lock({_ORDER_LOCK})"
_POSITION = "SELECT position FROM shipping WHERE node = %s"
_ADD = Statement(
    "add_entry",
    """INSERT INTO entries (node, seq, client_id, call_id, kind, at, data)
       VALUES (%(node)s, %(seq)s, %(client)s, %(call)s, %(kind)s, %(at)s, %(data)s)""",
)
_SHIPPED = Statement(
    "shipped",
    """INSERT INTO shipping (node, position) VALUES (%(node)s, %(seq)s)
       ON CONFLICT (node) DO UPDATE SET position = excluded.position, shipped_at = now()""",
)
_REBUILD_BATCH = 1000
_DERIVED = ("refused_entries", "callbacks", "recordings", "legs", "calls", "agent_state_history")


def position(connection: Connection, node: str) -> int:
    """Return the last line of this node's journal that has arrived; 0 = none."""
    with transaction(connection) as cursor:
        cursor.execute(_POSITION, (node,))
        row = cursor.fetchone()
        return int(row.position) if row else 0


def ship(connection: Connection, node: str, entries: Sequence[Arrived]) -> None:
    """Add the next lines of a node's journal, leaving out those that have arrived already."""
    with transaction(connection) as cursor:
        # Two statements and two snapshots, but one message: what the lock let in is seen.
        cursor.execute(f"{_TAKE_ORDER}; {_POSITION}", (node,))
        row = cursor.fetchone()
        new = [entry for entry in entries if row is None or entry.seq > row.position]
        if not new:
            return
        added = [_add(entry) for entry in new]
        carry_out(cursor, [*added, (_SHIPPED, {"node": node, "seq": new[-1].seq})])
        _project(cursor, new)


def append(cursor: Cursor, entries: Sequence[Arrived]) -> None:
    """Add entries and derive from them, within the transaction of the caller."""
    take_order(cursor)
    carry_out(cursor, map(_add, entries))
    _project(cursor, list(entries))


def rebuild(connection: Connection) -> int:
    """Delete what is derived, derive it again from all entries, and return how many there are.

    One transaction: readers see the old rows until the new ones are complete. What people wrote
    of contacts stays.
    """
    with transaction(connection) as cursor:
        take_order(cursor)
        for table in _DERIVED:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (a constant)
        cursor.execute(
            """UPDATE contacts SET first_call_at = NULL, last_call_at = NULL, calls = 0,
                                   answered_calls = 0"""
        )
        count, last = 0, 0
        while True:
            cursor.execute(
                """SELECT entry_id, node, seq, call_id, client_id, kind, at, data FROM entries
                   WHERE entry_id > %s ORDER BY entry_id LIMIT %s""",
                (last, _REBUILD_BATCH),
            )
            rows = cursor.fetchall()
            if not rows:
                return count
            _project(cursor, [Arrived(*row[1:]) for row in rows])
            count, last = count + len(rows), rows[-1].entry_id


def take_order(cursor: Cursor) -> None:
    """Become the only one who adds entries, until the end of the transaction."""
    cursor.execute(_TAKE_ORDER)


def _add(entry: Arrived) -> Work:
    facts = {"seq": entry.seq, "kind": entry.kind, "data": Json(entry.data)}
    return _ADD, {**entry.parameters, **facts}


def _project(cursor: Cursor, entries: list[Arrived]) -> None:
    for entry, reason in project(cursor, entries):
        _log.error("entry_refused", node=entry.node, seq=entry.seq, kind=entry.kind, reason=reason)
        cursor.execute(
            """INSERT INTO refused_entries (entry_id, client_id, reason)
               SELECT entry_id, client_id, %s FROM entries WHERE node = %s AND seq = %s""",
            (reason, entry.node, entry.seq),
        )
