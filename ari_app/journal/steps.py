"""What each kind of entry changes in the derived tables, in SQL. Used by the projection alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ari_app.flow.outcome import BEHIND_A_MESSAGE, MISSED
from ari_app.journal.arrived import Arrived
from ari_app.journal.callback_rules import (
    CLOSE_ANSWERED,
    COUNT_BOOKED,
    COUNT_ENDED,
    REOPEN_WORDLESS,
)
from ari_app.journal.statement import Statement, Work

CALL_BEGUN = Statement(
    "call_begun",
    """INSERT INTO calls (id, client_id, offered_at, node)
       VALUES (%(call)s, %(client)s, %(at)s, %(node)s) ON CONFLICT DO NOTHING""",
)
"""A call whose beginning was lost has a row all the same."""

_CALL_OFFERED = Statement(
    "call_offered",
    """WITH offered AS (
           INSERT INTO calls (id, client_id, number, caller, caller_raw, caller_name, language,
                              offered_at, flow, revision, node)
           VALUES (%(call)s, %(client)s, %(number)s, %(caller_number)s, %(caller_raw)s,
                   %(caller_name)s, %(language)s, %(at)s, %(flow)s, %(revision)s, %(node)s)
           ON CONFLICT DO NOTHING RETURNING caller
       )
       INSERT INTO contacts (client_id, number, first_call_at, last_call_at, calls)
       SELECT %(client)s, caller, %(at)s, %(at)s, 1 FROM offered WHERE caller <> ''
       ON CONFLICT (client_id, number) DO UPDATE SET
           first_call_at = least(contacts.first_call_at, excluded.first_call_at),
           last_call_at = greatest(contacts.last_call_at, excluded.last_call_at),
           calls = contacts.calls + 1""",
)
_LANGUAGE_SET = Statement(
    "language_set", "UPDATE calls SET language = %(language)s WHERE id = %(call)s"
)
_QUEUE_JOINED = Statement("queue_joined", "UPDATE calls SET queue = %(queue)s WHERE id = %(call)s")
_QUEUE_LEFT = Statement(
    "queue_left",
    """UPDATE calls SET waited_seconds = waited_seconds + %(waited_seconds)s
       WHERE id = %(call)s""",
)
_LEG_RINGING = Statement(
    "leg_ringing",
    """INSERT INTO legs (id, client_id, call_id, agent, number, ringing_at)
       VALUES (%(leg)s, %(client)s, %(call)s, %(agent)s, %(number)s, %(at)s)
       ON CONFLICT DO NOTHING""",
)
_LEG_MISSED = Statement(
    "leg_missed",
    """INSERT INTO legs (id, client_id, call_id, agent, number, ringing_at, ended_at, result)
       VALUES (%(leg)s, %(client)s, %(call)s, %(agent)s, %(number)s, %(at)s, %(at)s, %(reason)s)
       ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, result = excluded.result
       WHERE legs.ended_at IS NULL""",
)
_LEG_TALKS = Statement(
    "leg_talks",
    """INSERT INTO legs (id, client_id, call_id, agent, number, ringing_at, answered_at, result)
       VALUES (%(leg)s, %(client)s, %(call)s, %(agent)s, %(number)s, %(at)s, %(at)s, 'talked')
       ON CONFLICT (id) DO UPDATE SET
           answered_at = coalesce(legs.answered_at, excluded.answered_at), result = 'talked'""",
)
_CALL_TALKS = Statement(
    "call_talks",
    """WITH first_talk AS (
           SELECT caller FROM calls WHERE id = %(call)s AND answered_at IS NULL
       ),
       reached AS (
           UPDATE contacts SET answered_calls = answered_calls + 1 FROM first_talk
           WHERE client_id = %(client)s AND number = first_talk.caller
       )
       UPDATE calls SET agent = coalesce(agent, %(agent)s), queue = coalesce(%(queue)s, queue),
                        answered_at = coalesce(answered_at, %(at)s)
       WHERE id = %(call)s""",
)
_TALK_ENDED = Statement(
    "talk_ended",
    """WITH leg AS (
           UPDATE legs SET ended_at = %(at)s, ended_by = %(by)s,
                           talk_seconds = talk_seconds + %(seconds)s WHERE id = %(leg)s
       )
       UPDATE calls SET talk_seconds = talk_seconds + %(seconds)s WHERE id = %(call)s""",
)
# The dialplan's last step may take a message of a call that somebody else ended, or ends later.
_MESSAGE_LEFT = Statement(
    "message_left",
    f"""UPDATE calls SET message = coalesce(message, %(kind)s),
               outcome = CASE WHEN outcome IN {BEHIND_A_MESSAGE}
                                   AND (outcome <> 'cut' OR answered_at IS NULL)
                              THEN coalesce(message, %(kind)s) ELSE outcome END,
               ended_at = CASE WHEN ended_at IS NOT NULL THEN greatest(ended_at, %(at)s) END
        WHERE id = %(call)s""",  # noqa: S608 (our own words)
)
_RECORDING_EXPECTED = Statement(
    "recording_expected",
    """INSERT INTO recordings (id, client_id, call_id, kind, leg, agent, expected_at)
       VALUES (%(recording)s, %(client)s, %(call)s, %(kind)s, %(leg)s, %(agent)s, %(at)s)
       ON CONFLICT DO NOTHING""",
)
_RECORDING_DISCARDED = Statement(
    "recording_discarded", "DELETE FROM recordings WHERE id = %(recording)s"
)
# A recording that nobody announced is kept as well.
_RECORDING_STORED = Statement(
    "recording_stored",
    """INSERT INTO recordings (id, client_id, call_id, kind, leg, agent, expected_at, state,
                               stored_at, path, peaks_path, sha256, bytes, seconds, missing_seconds)
       VALUES (%(recording)s, %(client)s, %(call)s, %(kind)s, %(leg)s, %(agent)s, %(at)s, 'stored',
               %(at)s, %(path)s, %(peaks)s, %(sha256)s, %(bytes)s, %(seconds)s,
               %(missing_seconds)s)
       ON CONFLICT (id) DO UPDATE SET
           state = excluded.state, stored_at = excluded.stored_at, path = excluded.path,
           peaks_path = excluded.peaks_path, sha256 = excluded.sha256, bytes = excluded.bytes,
           seconds = excluded.seconds, missing_seconds = excluded.missing_seconds""",
)
_AGENT_STATE_CHANGED = Statement(
    "agent_state_changed",
    """INSERT INTO agent_state_history (agent, state, reason, began_at)
       VALUES (%(agent)s, %(new)s, %(reason)s, %(at)s)""",
)
_CALLBACK_CLOSED = Statement(
    "callback_closed",
    """UPDATE callbacks SET state = %(state)s, closed_reason = %(reason)s, closed_at = %(at)s
       WHERE id = %(call)s AND state NOT IN ('done', 'closed')""",
)
# The first end counts: a controller that was thought dead may come with another. A talk too short
# for a word leaves another outcome: then nobody answered.
_CALL_ENDED = Statement(
    "call_ended",
    f"""WITH ended AS (
           UPDATE calls SET ended_at = %(at)s, ended_by = %(by)s,
               outcome = CASE WHEN message IS NOT NULL AND %(outcome)s IN {BEHIND_A_MESSAGE}
                                   AND (%(outcome)s <> 'cut' OR answered_at IS NULL)
                              THEN message ELSE %(outcome)s END,
               answered_at = CASE WHEN %(outcome)s IN ('answered', 'cut') THEN answered_at END,
               agent = CASE WHEN %(outcome)s IN ('answered', 'cut') THEN agent END
           WHERE id = %(call)s AND outcome IS NULL RETURNING id
       )
       UPDATE legs SET ended_at = %(at)s FROM ended
       WHERE legs.call_id = ended.id AND legs.ended_at IS NULL""",  # noqa: S608 (our own words)
)


def _call_ended(entry: Arrived) -> Iterable[Work]:
    yield _CALL_ENDED, entry.with_data("outcome", "by")
    if entry.data.get("outcome") != "answered":
        yield REOPEN_WORDLESS, entry.parameters
    if entry.data.get("outcome") in MISSED and entry.data.get("callback") != "refused":
        yield COUNT_ENDED, entry.parameters


def _callback_booked(entry: Arrived) -> Iterable[Work]:
    names = ("number", "queue", "language", "queued_at")
    yield REOPEN_WORDLESS, entry.parameters
    yield COUNT_BOOKED, entry.with_data(*names, reason="missed")


def _talk_started(entry: Arrived) -> Iterable[Work]:
    data = entry.with_data("leg", "agent", "number", "queue")
    return [(_LEG_TALKS, data), (CLOSE_ANSWERED, data), (_CALL_TALKS, data)]


def _one(
    statement: Statement, *names: str, **defaults: object
) -> Callable[[Arrived], Iterable[Work]]:
    """One statement, with these facts of the entry."""
    return lambda entry: [(statement, entry.with_data(*names, **defaults))]


_LEG = ("leg", "agent", "number")
_RECORDING = ("recording", "kind", "leg", "agent")

STEPS: dict[str, Callable[[Arrived], Iterable[Work]]] = {
    "call_offered": _one(
        _CALL_OFFERED, "number", "caller_number", "language", "flow", "revision",
        caller_raw="", caller_name="",
    ),
    "language_set": _one(_LANGUAGE_SET, "language"),
    "queue_joined": _one(_QUEUE_JOINED, "queue"),
    "queue_left": _one(_QUEUE_LEFT, waited_seconds=0),
    "agent_ringing": _one(_LEG_RINGING, *_LEG),
    "agent_missed": _one(_LEG_MISSED, *_LEG, "reason"),
    "number_ringing": _one(_LEG_RINGING, *_LEG),
    "number_missed": _one(_LEG_MISSED, *_LEG, "reason"),
    "talk_started": _talk_started,
    "talk_ended": _one(_TALK_ENDED, "leg", "by", seconds=0),
    "message_left": _one(_MESSAGE_LEFT, "kind"),
    "recording_expected": _one(_RECORDING_EXPECTED, *_RECORDING),
    "recording_discarded": _one(_RECORDING_DISCARDED, "recording"),
    "recording_stored": _one(
        _RECORDING_STORED, *_RECORDING, "path", "peaks", "sha256", "bytes", "seconds",
        "missing_seconds",
    ),
    "callback_booked": _callback_booked,
    "callback_closed": _one(_CALLBACK_CLOSED, "reason", state="closed"),
    "call_ended": _call_ended,
    "agent_state_changed": _one(_AGENT_STATE_CHANGED, "agent", "new", reason=""),
}  # fmt: skip
WITHOUT_CALL = {"call_offered", "agent_state_changed"}
"""Kinds that need no row in ``calls`` to begin with."""
