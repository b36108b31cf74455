"""Lines of a call's journal: what the interpreter says of a call, for ever.

History (``calls``, ``legs``, ``callbacks``, …) is derived from these alone, so a kind and its
fields are a stored form: change them with a migration.

| kind | data |
|---|---|
| call_offered | number, caller_number, caller_raw, caller_name, flow, revision, language |
| call_answered | |
| node_entered | node, type |
| exit_taken | node, exit |
| prompt_played | node, items |
| digits_received | node, digits |
| variable_set | name, value |
| language_set | language |
| queue_joined | queue, position (`null`: not known) |
| queue_left | queue, waited_seconds, reason (see below) |
| agent_ringing | leg, agent |
| agent_missed | leg, agent, reason (busy, no_answer, refused, unreachable, cancelled) |
| talk_started | leg, agent or number, recording, queue |
| talk_ended | leg, agent or number, by (agent, caller, lost, cut), seconds |
| number_ringing | leg, number |
| number_missed | leg, number, reason |
| recording_expected | recording, kind (talk, message, voicemail), leg, agent |
| callback_booked | number (`null`: withheld), queue, reason, language, queued_at |
| recording_refused | node, digit |
| message_left | recording, kind (message, voicemail), seconds |
| survey_answered | question, score |
| command_failed | command, reason |
| flow_failed | node, reason |
| resumed | |
| call_ended | outcome, by (caller, flow, agent, pbx), reason, node |

A queue is left because of: answered, timeout, key, hung_up, no_agents, full, cut, or failed (the
flow broke). A callback is booked because of: key, missed, cut, fallback. ``node`` is the node's
slug, ``subflow/node`` inside a subflow. ``queued_at`` is Unix seconds.
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
)
"""Every offered call ends in exactly one of these."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what happened, when (Unix seconds, UTC), and the facts (JSON)."""

    kind: str
    at: float
    data: dict[str, Any] = field(default_factory=dict)
