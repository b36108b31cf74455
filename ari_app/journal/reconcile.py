"""Holds our history against Asterisk's own account: every caller's call must be on record once.

What is missing is written into the journal, like any other call, and so takes the same way into
the history: nothing here writes a call itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from ari_app.flow.entries import Entry
from ari_app.flow.unassigned import HOUSE
from ari_app.journal.last_message import is_message
from ari_app.journal.store import Journal
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.reader import Route, SnapshotError
from ari_app.snapshot.reception import forwarding
from ari_app.store.database import Connection, transaction

log = structlog.get_logger(__name__)

UNLOGGED_AFTER_SECONDS = 5.0
"""Longer than the journal takes to arrive."""
UNFINISHED_AFTER_SECONDS = 20.0
"""Time for a controller to come back and to end its own calls."""
LONGEST_CALL_SECONDS = 6 * 3600.0
_LOOK_BACK_SECONDS = 48 * 3600.0

# A call is over when Asterisk said so; or, when it died with the call, once it was
# started anew; or, as the last way out, when no call can last so long. Shipping waits for the
# answer: the table holds no call whose outcome was on record long ago.
_OVER = """
    SELECT * FROM (
        SELECT seen.call_id::text AS call, seen.linked_id, seen.number,
               seen.caller_raw, seen.caller_name, seen.began_at,
               calls.id IS NULL AS unlogged, calls.client_id, calls.answered_at, calls.message,
               EXISTS (SELECT 1 FROM entries
                       WHERE entries.call_id = seen.call_id AND kind = 'callback_booked'
                         AND data->>'reason' IN ('key', 'fallback')) AS callback_promised,
               EXISTS (SELECT 1 FROM legs WHERE legs.call_id = seen.call_id
                         AND legs.answered_at IS NOT NULL AND legs.ended_at IS NULL) AS talking,
               greatest(seen.last_at,
                        (SELECT max(at) FROM entries WHERE call_id = seen.call_id))
                   AS last_seen_at,
               seen.hung_up_at, seen.over_at, seen.message_status,
               CASE WHEN seen.asterisk_at < asterisk_starts.began_at
                    THEN asterisk_starts.began_at END AS asterisk_began_at
        FROM witness_calls AS seen
        LEFT JOIN calls ON calls.id = seen.call_id
        LEFT JOIN asterisk_starts ON asterisk_starts.node = seen.node
        WHERE seen.node = %(node)s AND calls.outcome IS NULL
          AND seen.began_at > %(now)s - make_interval(secs => %(look_back)s)
    ) AS seen
    WHERE (coalesce(over_at, asterisk_began_at) <
               %(now)s - make_interval(secs => CASE WHEN unlogged THEN %(unlogged_after)s
                                                    ELSE %(unfinished_after)s END)
           OR began_at < %(now)s - make_interval(secs => %(longest)s))
      AND (unlogged OR message_status = ''  -- else its message is taken in first
           OR EXISTS (SELECT 1 FROM recordings WHERE recordings.id = call || '-last'))
    ORDER BY began_at
"""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many calls were entered that we did not have, and how many ended that nobody had."""

    entered: int
    ended: int


@dataclass(frozen=True)
class Reconciler:
    """Enters and ends calls in ``journal`` as the witness saw them.

    ``route`` finds the client of a call, or raises :class:`SnapshotError` while nobody can tell:
    then calls wait to be entered. ``caller_number`` reads what the network sent;
    ``take_message`` (unique id, recording) puts the file of a message that the dialplan's last
    step recorded where the recorder finds it, and returns its seconds, ``None`` without a file.
    """

    journal: Journal
    route: Callable[[Incoming], Route | None]
    caller_number: Callable[[str], str | None]
    take_message: Callable[[str, str], float | None]

    def run(self, connection: Connection, now: datetime) -> Reconciled:
        """Compare once. The journal must have been shipped up to its end just before."""
        with transaction(connection) as cursor:
            cursor.execute(
                _OVER,
                {
                    "node": self.journal.node,
                    "now": now,
                    "unlogged_after": UNLOGGED_AFTER_SECONDS,
                    "unfinished_after": UNFINISHED_AFTER_SECONDS,
                    "look_back": _LOOK_BACK_SECONDS,
                    "longest": LONGEST_CALL_SECONDS,
                },
            )
            seen = cursor.fetchall()
        entered = self._enter_all(row for row in seen if row.unlogged)
        ended = sum(self._end(row) for row in seen if not row.unlogged)
        if entered or ended:
            log.warning("calls_reconciled", entered=entered, ended=ended)
        return Reconciled(entered, ended)

    def _enter_all(self, rows: Iterable[Any]) -> int:
        entered = 0
        try:
            for row in rows:
                entered += self._enter(row)
        except SnapshotError as error:  # the next look tries again: a client's caller is not lost
            log.error("calls_wait", reason=str(error))
        return entered

    def _enter(self, row: Any) -> bool:
        """Enter a call that our history does not have: nobody took it, so it is owed a callback."""
        incoming = Incoming.parse(row.number)
        route = self.route(incoming)
        caller_raw = incoming.caller(row.caller_raw)
        caller = self.caller_number(caller_raw)
        ended_at = _ended_at(row).timestamp()
        offered = {
            "number": route.number if route else incoming.dialled,
            "caller_number": caller, "caller_raw": caller_raw,
            "caller_name": row.caller_name, "flow": route.flow if route else None,
            "revision": None, "language": None, **forwarding(incoming),
        }  # fmt: skip
        entries = [Entry("call_offered", row.began_at.timestamp(), offered)]
        outcome = "cut" if row.over_at is None else "abandoned"
        if row.message_status:
            recording = f"{row.call}-last"
            seconds = self.take_message(row.linked_id, recording)
            message = {"recording": recording, "kind": "message"}
            entries.append(Entry("recording_expected", ended_at, message))
            if is_message(row.message_status, seconds):
                outcome = "message"
                entries.append(Entry("message_left", ended_at, {**message, "seconds": seconds}))
        # Even with a message: nobody of the house knows yet that this caller called.
        reason = {"cut": "cut", "message": "fallback"}.get(outcome, "missed")
        booked = {"number": caller, "queue": None, "reason": reason, "language": None}
        client = route.client if route else HOUSE
        if client != HOUSE:
            entries.append(Entry("callback_booked", ended_at, booked))
        entries.append(_call_ended(ended_at, outcome, row))
        return self.journal.append_once(row.call, client, entries)

    def _end(self, row: Any) -> bool:
        """End a call that nobody is left to end."""
        if row.over_at is None and row.talking:
            outcome = "cut"
        elif row.answered_at is not None:
            outcome = "answered"
        elif row.message is not None:
            outcome = row.message
        elif row.callback_promised:
            outcome = "callback"
        else:
            outcome = "cut" if row.over_at is None else "abandoned"
        ended_at = _ended_at(row).timestamp()
        entries = [_call_ended(ended_at, outcome, row)]
        if self.journal.load(row.call) is None:
            self.journal.append_entries(row.call, row.client_id, entries)
            return True
        return self.journal.end_run(row.call, row.client_id, entries, ended_at)


def _ended_at(row: Any) -> datetime:
    """Return when the caller was gone; the last sign of life when Asterisk died with the call."""
    ended: datetime = row.hung_up_at or row.over_at or row.last_seen_at
    return ended


def _call_ended(at: float, outcome: str, row: Any) -> Entry:
    by = "pbx" if row.over_at is None else "caller"
    facts = {"outcome": outcome, "by": by, "reason": "entered by the witness", "node": None}
    return Entry("call_ended", at, facts)
