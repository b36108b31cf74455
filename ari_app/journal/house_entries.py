"""What people of the house decide about a call's aftermath, as entries like any other.

So a rebuild derives it again, and the call's journal tells who did it.
"""

from __future__ import annotations

from datetime import datetime

from ari_app.journal.arrived import Arrived
from ari_app.journal.ship import append, take_order
from ari_app.store.database import Cursor

_NODE = "house"


def close_callback(
    cursor: Cursor, callback: str, *, reason: str, by: str, at: datetime, done: bool = False
) -> bool:
    """Close an open callback: ``done`` when the caller was reached, else given up for ``reason``.

    ``by`` is who decided. Returns whether it was open.
    """
    take_order(cursor)
    cursor.execute(
        """SELECT client_id, state IN ('done', 'closed') AS closed,
                  (SELECT coalesce(max(seq), 0) + 1 FROM entries WHERE node = %s) AS seq
           FROM callbacks WHERE id = %s""",
        (_NODE, callback),
    )
    row = cursor.fetchone()
    if row is None or row.closed:
        return False
    data = {"reason": reason, "by": by, "state": "done" if done else "closed"}
    entry = Arrived(_NODE, row.seq, callback, row.client_id, "callback_closed", at, data)
    append(cursor, [entry])
    return True
