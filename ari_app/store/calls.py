"""Calls as people look at them. Every function sees what its cursor's role and client may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ari_app.flow.entries import Entry
from ari_app.store.database import Cursor


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in a list. ``outcome`` is ``None`` while it goes on.

    ``caller`` is E.164, or what the network sent. ``recording`` is the path of the first finished
    recording, relative to the folder of recordings.
    """

    id: str
    client: str
    number: str | None
    caller: str | None
    outcome: str | None
    offered_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    agent: str | None
    recording: str | None


_SELECT = """
    SELECT id::text, client_id, number, coalesce(caller, nullif(caller_raw, '')), outcome,
           offered_at, answered_at, ended_at, agent,
           (SELECT path FROM recordings
            WHERE recordings.call_id = calls.id AND state IN ('stored', 'verified')
              AND path IS NOT NULL
            ORDER BY expected_at, recordings.id LIMIT 1)
    FROM calls
"""


def list_calls(cursor: Cursor, client: str | None = None, limit: int = 50) -> list[CallRow]:
    """Return the newest calls first, of one client or of all."""
    cursor.execute(
        _SELECT
        + """WHERE %(client)s::text IS NULL OR client_id = %(client)s
             ORDER BY offered_at DESC, id DESC LIMIT %(limit)s""",
        {"client": client, "limit": limit},
    )
    return [CallRow(*row) for row in cursor.fetchall()]


def find_call(cursor: Cursor, call: str) -> CallRow | None:
    """Return one call, or ``None``."""
    cursor.execute(_SELECT + "WHERE id = %s", (call,))
    row = cursor.fetchone()
    return CallRow(*row) if row else None


def without_outcome(cursor: Cursor, offered_before: datetime) -> list[CallRow]:
    """Return the calls that should have ended by now and have not: there must be none."""
    cursor.execute(
        _SELECT + "WHERE outcome IS NULL AND offered_at < %s ORDER BY offered_at", (offered_before,)
    )
    return [CallRow(*row) for row in cursor.fetchall()]


def entries_of(cursor: Cursor, call: str) -> list[Entry]:
    """Return the call's journal in the order in which it arrived."""
    cursor.execute(
        """SELECT kind, extract(epoch FROM at)::float8, data FROM entries
           WHERE call_id = %s ORDER BY entry_id""",
        (call,),
    )
    return [Entry(*row) for row in cursor.fetchall()]


def unlogged(cursor: Cursor, began_before: datetime) -> int:
    """Return how many calls Asterisk saw before then that are not on record: there must be none.

    The house's own figure: for the role ``duudlaga_writer`` alone. It looks back for two days, as
    reconciling does; the view ``calls_unlogged`` looks at all that is kept.
    """
    cursor.execute(
        """SELECT count(*) FROM calls_unlogged
           WHERE began_at < %(before)s AND began_at > %(before)s - interval '2 days'""",
        {"before": began_before},
    )
    return int(cursor.fetchone()[0])
