"""Calls as `duudlaga calls` lists them: from the history, or, without Postgres, from the journal.

Both give the same fields, described in docs/json-output.md.
"""

from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from ari_app.commands.journal_view import JournalView, Line
from ari_app.commands.texts import Texts
from ari_app.commands.times import Clocks, rfc3339, wall_clock
from ari_app.flow.entries import Entry
from ari_app.store.database import Cursor

COLUMNS = (
    "id", "client", "number", "caller", "outcome", "reason", "offered_at", "answered_at",
    "ended_at", "agent", "recording",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which calls to list: those that fit all that is not `None`, at most `limit`.

    `day` is a date on the client's clock, on the house's for calls of nobody; `agent` talked with
    the caller; `caller` is a number as calls have it.
    """

    limit: int
    clocks: Clocks
    call: str | None = None
    client: str | None = None
    day: date | None = None
    caller: str | None = None
    agent: str | None = None
    outcome: str | None = None

    def fits(self, row: Row) -> bool:
        """Tell whether a row fits."""
        facts = {"id": self.call, "client": self.client, "agent": self.agent}
        facts |= {"outcome": self.outcome, "caller": self.caller}
        if any(wanted not in (None, row[name]) for name, wanted in facts.items()):
            return False
        if self.day is None:
            return True
        offered = wall_clock(row["offered_at"], self.clocks.of(row["client"]), "%Y-%m-%d")
        return self.day.isoformat() == offered


_CALLS = """
    SELECT calls.id::text, client_id AS client, number, coalesce(caller, nullif(caller_raw, '')) AS
           caller, outcome,
           CASE outcome WHEN 'refused' THEN (
               SELECT data ->> 'reason' FROM entries
               WHERE entries.call_id = calls.id AND kind = 'call_ended' LIMIT 1) END AS reason,
           offered_at, answered_at, ended_at, agent,
           (SELECT path FROM recordings
            WHERE recordings.call_id = calls.id AND recordings.client_id = calls.client_id
              AND state IN ('stored', 'verified') AND path IS NOT NULL
            ORDER BY expected_at LIMIT 1) AS recording
    FROM calls
    WHERE (%(client)s::text IS NULL OR client_id = %(client)s)
      AND (%(call)s::uuid IS NULL OR calls.id = %(call)s)
      AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
      AND (%(caller)s::text IS NULL OR %(caller)s IN (caller, caller_raw))
      AND (%(agent)s::text IS NULL OR agent = %(agent)s OR EXISTS (
               SELECT 1 FROM legs WHERE legs.call_id = calls.id AND legs.agent = %(agent)s
                                    AND legs.answered_at IS NOT NULL))
      AND (%(day)s::date IS NULL OR (
               offered_at BETWEEN %(day)s::date - 1 AND %(day)s::date + 2
               AND (offered_at AT TIME ZONE coalesce(
                        (SELECT timezone FROM clients WHERE clients.client_id = calls.client_id),
                        %(house_zone)s))::date = %(day)s))
    ORDER BY offered_at DESC, calls.id DESC
    LIMIT %(limit)s
"""
_ENTRIES = """
    SELECT seq, call_id::text AS call, client_id AS client, kind, extract(epoch FROM at)::float AS
           at, data
    FROM entries WHERE call_id = %s ORDER BY at, entry_id
"""


def from_history(cursor: Cursor, recordings: Path, wanted: Wanted) -> list[Row]:
    """The newest calls first. `recordings` is the folder to which the paths are relative."""
    cursor.execute(_CALLS, vars(wanted) | {"house_zone": wanted.clocks.house})
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


def from_journal(journal: JournalView, recordings: Path, wanted: Wanted) -> list[Row]:
    """As `from_history`, of the calls that this machine's journal still holds."""
    ids = [wanted.call] if wanted.call else journal.newest_calls(wanted.client)
    rows = (row_of(journal.of_call(each), recordings) for each in ids)
    fitting = (row for row in rows if row and wanted.fits(row))
    return list(islice(fitting, wanted.limit))


def outcome_of(row: Row, texts: Texts) -> str:
    """How the call ended, in words; of a refused one also why."""
    return ": ".join(texts.word(row[name]) for name in ("outcome", "reason") if row[name])


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
            row["reason"] = data.get("reason") if row["outcome"] == "refused" else None
    return row if row["id"] else None
