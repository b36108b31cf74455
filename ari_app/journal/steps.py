"""What each kind of entry changes in the derived tables, in SQL. Used by the projection alone."""

from __future__ import annotations

from collections.abc import Callable

from ari_app.flow.outcome import MISSED
from ari_app.journal.arrived import Arrived
from ari_app.journal.callback_rules import close_answered, count_miss
from ari_app.store.database import Cursor


def _call_offered(cursor: Cursor, entry: Arrived) -> None:
    cursor.execute(
        """INSERT INTO calls (id, client_id, number, caller, caller_raw, caller_name, language,
                              offered_at, flow, revision, node)
           VALUES (%(call)s, %(client)s, %(number)s, %(caller_number)s, %(caller_raw)s,
                   %(caller_name)s, %(language)s, %(at)s, %(flow)s, %(revision)s, %(node)s)
           ON CONFLICT DO NOTHING""",
        entry.with_data("number", "caller_number", "language", "flow", "revision",
                        caller_raw="", caller_name=""),
    )  # fmt: skip
    if cursor.rowcount and entry.data.get("caller_number"):
        cursor.execute(
            """INSERT INTO contacts (client_id, number, first_call_at, last_call_at, calls)
               VALUES (%(client)s, %(caller_number)s, %(at)s, %(at)s, 1)
               ON CONFLICT (client_id, number) DO UPDATE SET
                   first_call_at = least(contacts.first_call_at, excluded.first_call_at),
                   last_call_at = greatest(contacts.last_call_at, excluded.last_call_at),
                   calls = contacts.calls + 1""",
            entry.with_data("caller_number"),
        )


def _language_set(cursor: Cursor, entry: Arrived) -> None:
    cursor.execute(
        "UPDATE calls SET language = %(language)s WHERE id = %(call)s", entry.with_data("language")
    )


def _queue_joined(cursor: Cursor, entry: Arrived) -> None:
    cursor.execute(
        "UPDATE calls SET queue = %(queue)s WHERE id = %(call)s", entry.with_data("queue")
    )


def _queue_left(cursor: Cursor, entry: Arrived) -> None:
    cursor.execute(
        """UPDATE calls SET waited_seconds = waited_seconds + %(waited_seconds)s
           WHERE id = %(call)s""",
        entry.with_data(waited_seconds=0),
    )


def _leg_ringing(cursor: Cursor, entry: Arrived) -> None:
    cursor.execute(
        """INSERT INTO legs (id, client_id, call_id, agent, number, ringing_at)
           VALUES (%(leg)s, %(client)s, %(call)s, %(agent)s, %(number)s, %(at)s)
           ON CONFLICT DO NOTHING""",
        entry.with_data("leg", "agent", "number"),
    )


def _leg_missed(cursor: Cursor, entry: Arrived) -> None:
    _leg_ringing(cursor, entry)
    cursor.execute(
        """UPDATE legs SET ended_at = %(at)s, result = %(reason)s
           WHERE id = %(leg)s AND ended_at IS NULL""",
        entry.with_data("leg", "reason"),
    )


def _talk_started(cursor: Cursor, entry: Arrived) -> None:
    _leg_ringing(cursor, entry)
    data = entry.with_data("leg", "agent", "queue")
    cursor.execute(
        "UPDATE legs SET answered_at = coalesce(answered_at, %(at)s), result = 'talked'"
        " WHERE id = %(leg)s",
        data,
    )
    cursor.execute(
        """UPDATE calls SET agent = coalesce(agent, %(agent)s), queue = coalesce(%(queue)s, queue)
           WHERE id = %(call)s""",
        data,
    )
    cursor.execute(
        """UPDATE calls SET answered_at = %(at)s WHERE id = %(call)s AND answered_at IS NULL
           RETURNING caller""",
        data,
    )
    first = cursor.fetchone()
    if first is not None and first.caller is not None:
        cursor.execute(
            """UPDATE contacts SET answered_calls = answered_calls + 1
               WHERE client_id = %s AND number = %s""",
            (entry.client, first.caller),
        )
        close_answered(cursor, entry, first.caller)


def _talk_ended(cursor: Cursor, entry: Arrived) -> None:
    data = entry.with_data("leg", "by", seconds=0)
    cursor.execute(
        """UPDATE legs SET ended_at = %(at)s, ended_by = %(by)s,
                           talk_seconds = talk_seconds + %(seconds)s WHERE id = %(leg)s""",
        data,
    )
    cursor.execute(
        "UPDATE calls SET talk_seconds = talk_seconds + %(seconds)s WHERE id = %(call)s", data
    )


def _recording_expected(cursor: Cursor, entry: Arrived) -> None:
    cursor.execute(
        """INSERT INTO recordings (id, client_id, call_id, kind, leg, agent, expected_at)
           VALUES (%(recording)s, %(client)s, %(call)s, %(kind)s, %(leg)s, %(agent)s, %(at)s)
           ON CONFLICT DO NOTHING""",
        entry.with_data("recording", "kind", "leg", "agent"),
    )


def _recording_stored(cursor: Cursor, entry: Arrived) -> None:
    _recording_expected(cursor, entry)  # a recording that nobody announced is kept as well
    cursor.execute(
        """UPDATE recordings SET state = 'stored', stored_at = %(at)s, path = %(path)s,
                  peaks_path = %(peaks)s, sha256 = %(sha256)s, bytes = %(bytes)s,
                  seconds = %(seconds)s
           WHERE id = %(recording)s""",
        entry.with_data("recording", "path", "peaks", "sha256", "bytes", "seconds"),
    )


def _agent_state_changed(cursor: Cursor, entry: Arrived) -> None:
    cursor.execute(
        """INSERT INTO agent_state_history (agent, state, reason, began_at)
           VALUES (%(agent)s, %(new)s, %(reason)s, %(at)s)""",
        entry.with_data("agent", "new", reason=""),
    )


def _callback_booked(cursor: Cursor, entry: Arrived) -> None:
    count_miss(cursor, entry, entry.with_data("number", "queue", "language", "queued_at",
                                              reason="missed"))  # fmt: skip


def _callback_closed(cursor: Cursor, entry: Arrived) -> None:
    cursor.execute(
        """UPDATE callbacks SET state = %(state)s, closed_reason = %(reason)s, closed_at = %(at)s
           WHERE id = %(call)s AND state NOT IN ('done', 'closed')""",
        entry.with_data("reason", state="closed"),
    )


def _call_ended(cursor: Cursor, entry: Arrived) -> None:
    """The first end counts: a controller that was thought dead may come with another."""
    cursor.execute(
        # A talk too short for a word leaves another outcome: then nobody answered.
        """UPDATE calls SET outcome = %(outcome)s, ended_at = %(at)s, ended_by = %(by)s,
               answered_at = CASE WHEN %(outcome)s IN ('answered', 'cut') THEN answered_at END,
               agent = CASE WHEN %(outcome)s IN ('answered', 'cut') THEN agent END
           WHERE id = %(call)s AND outcome IS NULL RETURNING outcome, caller, queue, language""",
        entry.with_data("outcome", "by"),
    )
    ended = cursor.fetchone()
    if ended is None:
        return
    cursor.execute(
        "UPDATE legs SET ended_at = %(at)s WHERE call_id = %(call)s AND ended_at IS NULL",
        entry.parameters,
    )
    if ended.outcome in MISSED:  # usually booked by an entry of its own just before
        reason = "cut" if ended.outcome == "cut" else "missed"
        miss = {"number": ended.caller, "queue": ended.queue, "language": ended.language,
                "reason": reason, "queued_at": None}  # fmt: skip
        count_miss(cursor, entry, {**entry.parameters, **miss})


STEPS: dict[str, Callable[[Cursor, Arrived], None]] = {
    "call_offered": _call_offered,
    "language_set": _language_set,
    "queue_joined": _queue_joined,
    "queue_left": _queue_left,
    "agent_ringing": _leg_ringing,
    "agent_missed": _leg_missed,
    "number_ringing": _leg_ringing,
    "number_missed": _leg_missed,
    "talk_started": _talk_started,
    "talk_ended": _talk_ended,
    "recording_expected": _recording_expected,
    "recording_stored": _recording_stored,
    "callback_booked": _callback_booked,
    "callback_closed": _callback_closed,
    "call_ended": _call_ended,
    "agent_state_changed": _agent_state_changed,
}
WITHOUT_CALL = {"call_offered", "agent_state_changed"}
"""Kinds that need no row in ``calls`` to begin with."""
