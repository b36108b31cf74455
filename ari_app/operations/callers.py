"""Callers whom a client blocks or prefers. Every function works for one client alone.

The cursor is one of :func:`ari_app.store.database.as_client`: Postgres itself sees to it that no
other client's callers are read or marked. A mark counts for calls once the snapshot is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ari_app.caller import caller_number
from ari_app.flow.said import Said
from ari_app.operations.refused import RefusedError
from ari_app.store.audit import note
from ari_app.store.database import Cursor

Mark = Literal["blocked", "vip"]


@dataclass(frozen=True, slots=True)
class CallerRow:
    """What a client knows of one caller. ``last_call_at`` is ``None`` before the first call."""

    client: str
    number: str
    name: str | None
    vip: bool
    blocked: bool
    calls: int
    answered_calls: int
    last_call_at: datetime | None


def list_callers(
    cursor: Cursor, client: str, mark: Mark | None = None, limit: int = 100
) -> list[CallerRow]:
    """Return the client's callers, who called last first; with ``mark`` only those who have it."""
    cursor.execute(
        """SELECT client_id, number, name, vip, blocked, calls, answered_calls, last_call_at
           FROM contacts
           WHERE client_id = %(client)s
             AND (%(mark)s::text IS NULL OR (%(mark)s = 'vip' AND vip)
                  OR (%(mark)s = 'blocked' AND blocked))
           ORDER BY last_call_at DESC NULLS LAST, number LIMIT %(limit)s""",
        {"client": client, "mark": mark, "limit": limit},
    )
    return [CallerRow(*row) for row in cursor.fetchall()]


def mark_caller(
    cursor: Cursor, client: str, written: str, mark: Mark, *, on: bool, actor: str
) -> tuple[str, bool]:
    """Set or take a mark; return the number as calls have it, and whether that changed anything.

    ``written`` is the number as people write it. Raises `RefusedError` when it is none.
    """
    number = caller_number(written)
    if number is None:
        said = Said("{number} is no telephone number. Write it as +97699112233 or 99112233",
                    number=written)  # fmt: skip
        raise RefusedError(said)
    if on:  # of one who never called, too
        cursor.execute(
            "INSERT INTO contacts (client_id, number) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (client, number),
        )
    values = {"client": client, "number": number, "mark": mark, "on": on}
    cursor.execute(
        """UPDATE contacts SET vip = CASE %(mark)s WHEN 'vip' THEN %(on)s ELSE vip END,
                               blocked = CASE %(mark)s WHEN 'blocked' THEN %(on)s ELSE blocked END
           WHERE client_id = %(client)s AND number = %(number)s
             AND CASE %(mark)s WHEN 'vip' THEN vip ELSE blocked END <> %(on)s""",
        values,
    )
    changed = cursor.rowcount > 0
    if changed:
        action = f"set_{mark}" if on else f"clear_{mark}"
        note(cursor, client=client, actor=actor, action=action, subject=number)
    return number, changed
