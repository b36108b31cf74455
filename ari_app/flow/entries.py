"""Lines of a call's journal: what happened to a call, for ever.

History (``calls``, ``legs``, ``callbacks``, …) is derived from these alone, so a kind and its
fields are a stored form: change them with a migration. The interpreter writes most of them; the
last column names who else does.

| kind | data | written by |
|---|---|---|
| call_offered | number, caller_number, caller_raw, caller_name, flow, revision, language | also W |
| | of a forwarded call also: dialled, forwarded_from, forwarded_because (see below) | |
| call_answered | | |
| node_entered | node, type | |
| exit_taken | node, exit | |
| prompt_played | node, items: its sound began | only C and the fallback |
| prompt_silent | node, items, reason: its sound never began | only C and the fallback |
| digits_received | node, digits | |
| variable_set | name, value (`null`: secret) | |
| language_set | language | |
| queue_joined | queue, position (`null`: not known) | |
| queue_left | queue, waited_seconds, reason (see below) | |
| agent_ringing | leg, agent | |
| agent_missed | leg, agent, reason (busy, no_answer, refused, unreachable, cancelled) | |
| talk_started | leg, agent or number, recording, queue | |
| talk_delayed | leg, agent or number, seconds: for so long the two were not joined yet | |
| talk_ended | leg, agent or number, by (see below), seconds, alone_seconds | |
| number_ringing | leg, number | |
| number_missed | leg, number, reason | |
| recording_expected | recording, kind (talk, message, voicemail), leg, agent | also W |
| recording_refused | node, digit: the caller does not want to be recorded | |
| recording_discarded | recording, reason (too_short, recorded_again) | |
| recording_stored | recording, kind, path, peaks, seconds, bytes, sha256, missing_seconds | R |
| callback_booked | number (`null`: withheld), queue, reason, language, queued_at | also W |
| callback_closed | reason, by, state (done, closed) | only H |
| message_left | recording, kind (message, voicemail), seconds | also W |
| survey_answered | question, score | |
| command_failed | command, reason | |
| flow_failed | node, reason | |
| resumed | | |
| call_ended | outcome, by (see below), reason, node, callback (refused), status, offers | also W |
| agent_state_changed | agent, old, new, reason | only C |

W is the witness (:mod:`ari_app.journal.reconcile`, :mod:`ari_app.journal.left_messages`), R the
recorder alone, H who decides in the house (:mod:`ari_app.journal.house_entries`), C the controller.
W leaves out facts that it does not know, or writes `null`. The "call" of agent_state_changed is
``agent:<slug>``, its client the house.

A message of W comes after the call's end as often as before it; it counts in both cases
(:mod:`ari_app.journal.steps`).

A talk is ended by agent, outside (the party at the outside number), caller, caller_lost, lost (the
line to the leg broke) or cut, a call by caller, caller_lost, flow, agent, outside or pbx.
``caller_lost``: nobody hung up, but no sound came from the caller's network for as long as a line
may be silent. A call whose ``callback`` is refused is owed none: the caller pressed the key for
that. A call with the outcome refused never began: Asterisk answered with ``status`` because of:
password, no_sound, encryption, codec (it ``offers`` these), or other.

``number`` is the client's; ``caller_number`` is `null` when it is withheld, and then the texts of
the network are empty. ``forwarded_from`` is the number that the caller dialled, and that forwarded
the call to ``dialled``, a number of ours, because: busy, no_answer, always, or empty.

A queue is left because of: answered, timeout, key, hung_up, caller_lost, no_agents, full, cut, or
failed (the flow broke). A callback is booked because of: key, missed, cut, refused, fallback.
``node`` is the node's slug, ``subflow/node`` inside a subflow. ``queued_at`` is Unix seconds. In
recording_stored, paths
are below the folder of recordings, and path, peaks and sha256 are `null` when there is no sound:
nobody spoke, or it is lost. ``missing_seconds`` is a gap: so much of what was said is on no file, 0
if nobody knows how much; `null` when all is there.
``alone_seconds``, if there, is how long the caller was left alone and recorded after the talk,
because nobody was there to notice that its leg had ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OUTCOMES = (
    "answered",
    "callback",
    "message",
    "voicemail",
    "self_served",
    "abandoned",
    "short_abandon",
    "blocked",
    "cut",
    "refused",
)
"""Every offered call ends in exactly one of these."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what happened, when (Unix seconds, UTC), and the facts (JSON)."""

    kind: str
    at: float
    data: dict[str, Any] = field(default_factory=dict)
