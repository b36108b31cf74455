"""The ledger of recordings, as far as the house knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ari_app.store.database import Cursor


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording that must exist. Paths are relative to the folder of recordings."""

    id: str
    client: str
    call: str
    kind: str
    agent: str | None
    state: str
    expected_at: datetime
    path: str | None
    peaks_path: str | None
    sha256: str | None
    bytes: int | None
    seconds: float | None
    missing_seconds: float | None = None


_SELECT = """
    SELECT id, client_id, call_id::text, kind, agent, state, expected_at, path, peaks_path, sha256,
           bytes, seconds, missing_seconds
    FROM recordings
"""


def recordings_of(cursor: Cursor, call: str) -> list[RecordingRow]:
    """Return the call's recordings in the order in which they began."""
    cursor.execute(_SELECT + "WHERE call_id = %s ORDER BY expected_at, id", (call,))
    return [RecordingRow(*row) for row in cursor.fetchall()]


def gaps(cursor: Cursor, expected_before: datetime) -> list[RecordingRow]:
    """Return the recordings that should be there by now and are not, or not whole."""
    cursor.execute(
        _SELECT
        + """WHERE (state NOT IN ('stored', 'verified') OR missing_seconds IS NOT NULL)
               AND expected_at < %s
             ORDER BY expected_at, id""",
        (expected_before,),
    )
    return [RecordingRow(*row) for row in cursor.fetchall()]
