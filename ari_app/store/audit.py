"""Who did or looked at what. Rows are added and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from ari_app.store.database import Cursor


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed. ``client`` is ``None`` for the house's own matters."""

    client: str | None
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]


def note(
    cursor: Cursor,
    *,
    client: str | None,
    actor: str,
    action: str,
    subject: str,
    details: dict[str, Any] | None = None,
) -> None:
    """Write down a deed, in the transaction in which it is done. ``action`` is a verb."""
    cursor.execute(
        """INSERT INTO audit (client_id, actor, action, subject, details)
           VALUES (%s, %s, %s, %s, %s)""",
        (client, actor, action, subject, Json(details or {})),
    )


def list_audit(cursor: Cursor, client: str | None = None, limit: int = 100) -> list[AuditRow]:
    """Return the newest deeds first, about one client or about everything."""
    cursor.execute(
        """SELECT client_id, at, actor, action, subject, details FROM audit
           WHERE %(client)s::text IS NULL OR client_id = %(client)s
           ORDER BY audit_id DESC LIMIT %(limit)s""",
        {"client": client, "limit": limit},
    )
    return [AuditRow(*row) for row in cursor.fetchall()]
