"""Calls as `duudlaga calls` lists them: from the history, or, without Postgres, from the journal.

Both give the same fields, described in docs/json-output.md.
"""

from pathlib import Path
from typing import Any

from ari_app.commands.journal_view import JournalView, Line
from ari_app.commands.times import rfc3339
from ari_app.flow.entries import Entry
from ari_app.store.database import Cursor

COLUMNS = (
    "id", "client", "number", "caller", "outcome", "offered_at", "answered_at", "ended_at",
    "agent", "recording",
)  # fmt: skip
Row = dict[str, Any]

_CALLS = """
    SELECT calls.id::text, client_id AS client, number, coalesce(caller, nullif(caller_raw, '')) AS
           caller, outcome, offered_at, answered_at, ended_at, agent,
           (SELECT path FROM recordings
            WHERE recordings.call_id = calls.id AND recordings.client_id = calls.client_id
              AND state IN ('stored', 'verified') AND path IS NOT NULL
            ORDER BY expected_at LIMIT 1) AS recording
    FROM calls
    WHERE (%(client)s::text IS NULL OR client_id = %(client)s)
      AND (%(call)s::uuid IS NULL OR calls.id = %(call)s)
    ORDER BY offered_at DESC, calls.id DESC
    LIMIT %(limit)s
"""
_ENTRIES = """
    SELECT seq, call_id::text AS call, client_id AS client, kind, extract(epoch FROM at)::float AS
           at, data
    FROM entries WHERE call_id = %s ORDER BY at, entry_id
"""


def from_history(
    cursor: Cursor, recordings: Path, *, client: str | None, call: str | None, limit: int
) -> list[Row]:
    """The newest calls first. `recordings` is the folder to which the paths are relative."""
    cursor.execute(_CALLS, {"client": client, "call": call, "limit": limit})
    rows = []
    for found in cursor.fetchall():
        row: Row = found._asdict()
        for name in ("offered_at", "answered_at", "ended_at"):
            row[name] = rfc3339(row[name])
        row["recording"] = str(recordings / row["recording"]) if row["recording"] else None
        rows.append(row)
    return rows


def lines_from_history(cursor: Cursor, call: str) -> list[Line]:
    """The call's entries in the order of time."""
    cursor.execute(_ENTRIES, (call,))
    return [
        Line(row.seq, row.call, row.client, Entry(row.kind, row.at, row.data))
        for row in cursor.fetchall()
    ]


def from_journal(
    journal: JournalView, recordings: Path, *, client: str | None, call: str | None, limit: int
) -> list[Row]:
    """As `from_history`, of the calls that this machine's journal still holds."""
    ids = [call] if call else journal.newest_calls(client, limit)
    rows = [row_of(journal.of_call(each), recordings) for each in ids]
    return [row for row in rows if row is not None and client in (None, row["client"])]


def row_of(lines: list[Line], recordings: Path) -> Row | None:
    """One call's row from its entries; `None` when they do not say that it was offered."""
    row: Row = dict.fromkeys(COLUMNS)
    for line in lines:
        entry, data = line.entry, line.entry.data
        if entry.kind == "call_offered":
            row.update(
                id=line.call,
                client=line.client,
                number=data.get("number"),
                caller=data.get("caller_number") or data.get("caller_raw") or None,
                offered_at=rfc3339(entry.at),
            )
        elif entry.kind == "talk_started" and row["answered_at"] is None:
            row.update(answered_at=rfc3339(entry.at), agent=data.get("agent"))
        elif entry.kind == "recording_stored" and row["recording"] is None and data.get("path"):
            row["recording"] = str(recordings / data["path"])
        elif entry.kind == "call_ended":
            row.update(outcome=data.get("outcome"), ended_at=rfc3339(entry.at))
    return row if row["id"] else None
