"""Messages that callers left: a message to act on, or a voicemail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ari_app.store.database import Cursor


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message that was kept. ``file`` is relative to the folder of recordings.

    It is ``None`` until the recorder has finished it, and of one whose sound was lost.
    """

    call: str
    client: str
    number: str | None
    caller: str | None
    kind: str
    left_at: datetime
    seconds: float | None
    file: str | None


def list_messages(cursor: Cursor, client: str | None = None, limit: int = 50) -> list[MessageRow]:
    """Return the newest messages first, of one client or of all that the cursor may see."""
    cursor.execute(
        """SELECT calls.id::text, calls.client_id, calls.number,
                  coalesce(calls.caller, nullif(calls.caller_raw, '')) AS caller,
                  kept.kind, kept.at, coalesce(recordings.seconds, kept.seconds) AS seconds,
                  recordings.path
           FROM calls
           CROSS JOIN LATERAL (
               SELECT DISTINCT ON (data->>'recording')
                      data->>'recording' AS recording, coalesce(data->>'kind', 'message') AS kind,
                      at, (data->>'seconds')::float8 AS seconds
               FROM entries WHERE call_id = calls.id AND entries.kind = 'message_left'
               ORDER BY data->>'recording', entry_id
           ) AS kept
           LEFT JOIN recordings ON recordings.id = kept.recording
               AND recordings.client_id = calls.client_id
           WHERE calls.message IS NOT NULL
             AND (%(client)s::text IS NULL OR calls.client_id = %(client)s)
           ORDER BY kept.at DESC, calls.id LIMIT %(limit)s""",
        {"client": client, "limit": limit},
    )
    return [MessageRow(*row) for row in cursor.fetchall()]
