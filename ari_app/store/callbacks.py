"""Callbacks as people look at them; how they open and close is in journal/callback_rules.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ari_app.store.database import Cursor


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A promise to ring back. ``misses`` is how many calls it stands for.

    ``waiting_since`` is when the caller's wait began: the place in the order of all who wait.
    """

    id: str
    client: str
    number: str
    queue: str | None
    language: str | None
    reason: str
    state: str
    misses: int
    opened_at: datetime
    last_missed_at: datetime
    waiting_since: datetime


def open_callbacks(cursor: Cursor, client: str | None = None) -> list[CallbackRow]:
    """Return what is owed, to callers of one client or of all, longest wait first."""
    cursor.execute(
        """SELECT id::text, client_id, number, queue, language, reason, state, misses, opened_at,
                  last_missed_at, coalesce(queued_at, opened_at) AS waiting_since
           FROM callbacks
           WHERE state NOT IN ('done', 'closed')
             AND (%(client)s::text IS NULL OR client_id = %(client)s)
           ORDER BY waiting_since, id""",
        {"client": client},
    )
    return [CallbackRow(*row) for row in cursor.fetchall()]
