"""Messages that the dialplan's last step took of callers whose calls are on record already.

The fallback died or hung in the middle of such a call, so nobody else knows of the message. Calls
that are not on record are entered with their message by :mod:`ari_app.journal.reconcile`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ari_app.flow.entries import Entry
from ari_app.flow.unassigned import HOUSE
from ari_app.journal.last_message import is_message
from ari_app.journal.store import Journal
from ari_app.store.database import Connection, transaction

_SETTLED_SECONDS = 5.0
LOOK_BACK_SECONDS = 48 * 3600.0

_NEW = """
    SELECT seen.call_id::text AS call, seen.linked_id, seen.message_at AS at,
           seen.message_status AS status, calls.client_id, calls.caller, calls.queue, calls.language
    FROM witness_calls AS seen JOIN calls ON calls.id = seen.call_id
    WHERE seen.node = %(node)s
      AND seen.message_at BETWEEN %(now)s - make_interval(secs => %(look_back)s)
                              AND %(now)s - make_interval(secs => %(settled)s)
      AND NOT EXISTS (SELECT 1 FROM recordings
                      WHERE recordings.id = seen.call_id::text || '-last')
"""


@dataclass(frozen=True)
class LeftMessages:
    """Puts such messages into ``journal``; ``take_message`` as in the ``Reconciler``."""

    journal: Journal
    take_message: Callable[[str, str], float | None]

    def run(self, connection: Connection, now: datetime) -> int:
        """Look once and return how many were new. The journal must have been shipped before."""
        with transaction(connection) as cursor:
            cursor.execute(
                _NEW,
                {
                    "node": self.journal.node,
                    "now": now,
                    "look_back": LOOK_BACK_SECONDS,
                    "settled": _SETTLED_SECONDS,
                },
            )
            new = cursor.fetchall()
        for row in new:
            recording, at = f"{row.call}-last", row.at.timestamp()
            seconds = self.take_message(row.linked_id, recording)
            message = {"recording": recording, "kind": "message"}
            entries = [Entry("recording_expected", at, message)]
            left = is_message(row.status, seconds)
            if left:
                entries.append(Entry("message_left", at, {**message, "seconds": seconds}))
            booked = {"number": row.caller, "queue": row.queue, "language": row.language,
                      "reason": "fallback" if left else "missed"}  # fmt: skip
            if row.client_id != HOUSE:
                entries.append(Entry("callback_booked", at, booked))
            self.journal.append_entries(row.call, row.client_id, entries)
        return len(new)
