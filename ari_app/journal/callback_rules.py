"""When a callback opens, counts and closes, in SQL.

One is open per client and number. Whatever the order in which two nodes' entries arrive, a talk
closes the promises made before it and none made after it.
"""

from __future__ import annotations

from typing import Any

from ari_app.journal.arrived import Arrived
from ari_app.store.database import Cursor


def count_miss(cursor: Cursor, entry: Arrived, miss: dict[str, Any]) -> None:
    """Open a callback for a call that was missed or asked for one, or count it for the open one.

    ``miss`` has call, client, at, node, number, queue, language, reason and queued_at. A call
    counts once, however often it comes here. Without a number there is nobody to ring: the row is
    closed at once and only shows that somebody called.
    """
    cursor.execute("SELECT callback_id FROM calls WHERE id = %(call)s", miss)
    known = cursor.fetchone()
    if known is not None and known.callback_id is not None:
        return
    if not miss["number"]:
        _insert(cursor, {**miss, "number": None}, "closed", "number_withheld", None)
    elif later := _talk_after(cursor, miss):
        _insert(cursor, miss, "done", "answered_inbound", later)
    else:
        _insert(cursor, miss, "new", None, None)
    cursor.execute(
        "UPDATE calls SET callback_id = %s WHERE id = %s", (cursor.fetchone()[0], entry.call)
    )


def close_answered(cursor: Cursor, entry: Arrived, number: str) -> None:
    """The caller reached somebody: nothing is owed any more for what was missed before."""
    cursor.execute(
        """UPDATE callbacks SET state = 'done', closed_reason = 'answered_inbound',
                                closed_at = %(at)s, closed_by_call = %(call)s
           WHERE client_id = %(client)s AND number = %(number)s
             AND state NOT IN ('done', 'closed') AND last_missed_at <= %(at)s""",
        {**entry.parameters, "number": number},
    )


def _insert(
    cursor: Cursor, miss: dict[str, Any], state: str, reason: str | None, talk: Any
) -> None:
    """Insert a callback, or count for the open one of the same number; leaves its id to fetch."""
    closed_at = None if state == "new" else talk.answered_at if talk else miss["at"]
    cursor.execute(
        """INSERT INTO callbacks (id, client_id, number, queue, language, reason, state, opened_at,
                                  last_missed_at, queued_at, closed_reason, closed_at,
                                  closed_by_call)
           VALUES (%(call)s, %(client)s, %(number)s, %(queue)s, %(language)s, %(reason)s, %(state)s,
                   %(at)s, %(at)s, to_timestamp(%(queued_at)s), %(closed_reason)s, %(closed_at)s,
                   %(closed_by_call)s)
           ON CONFLICT (client_id, number) WHERE state NOT IN ('done', 'closed') DO UPDATE SET
               misses = callbacks.misses + 1,
               last_missed_at = greatest(callbacks.last_missed_at, excluded.last_missed_at),
               queued_at = coalesce(callbacks.queued_at, excluded.queued_at)
           RETURNING id""",
        {
            **miss,
            "state": state,
            "closed_reason": reason,
            "closed_at": closed_at,
            "closed_by_call": talk.id if talk else None,
        },
    )


def _talk_after(cursor: Cursor, miss: dict[str, Any]) -> Any:
    """Return the first talk with this caller after the miss, which arrived before it did."""
    cursor.execute(
        """SELECT id, answered_at FROM calls
           WHERE client_id = %(client)s AND caller = %(number)s AND answered_at > %(at)s
           ORDER BY answered_at, id LIMIT 1""",
        miss,
    )
    return cursor.fetchone()
