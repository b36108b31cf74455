"""What the house says of the callers of a drill: Asterisk's account, our history, what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from time import monotonic, time
from typing import Any

from ari_app.flow.ids import call_id
from ari_app.telephony.call_names import call_of
from tests.fault.cel_file import CelFile
from tests.fault.house import FaultHouse


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk of a call with somebody, and its recording; ``seconds`` as Asterisk has it."""

    recording: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the house knows of some callers. Rows are named tuples of the tables' columns."""

    calls: dict[str, list[Any]]  # by the caller's number
    linked_ids: dict[str, set[str]]
    ends: dict[str, int]  # how often the journal ended a call, by its id
    talks: dict[str, list[Talk]]  # of a call
    recordings: dict[str, Any]  # by recording
    callbacks: set[str]  # ids
    files: set[str]  # recordings that are there as a file
    their_turn: dict[str, float]  # monotonic seconds: when the caller was asked to speak
    left: set[str]  # calls of which Asterisk still has a channel or a bridge


_TALKS = """
    SELECT began.call_id::text AS call, began.data->>'recording' AS recording,
           extract(epoch FROM began.at)::float AS began_at,
           extract(epoch FROM min(ended.at))::float AS ended_at
    FROM entries AS began
    JOIN entries AS ended ON ended.call_id = began.call_id AND ended.entry_id > began.entry_id
                         AND ended.kind IN ('talk_ended', 'call_ended')
    WHERE began.kind = 'talk_started' AND began.call_id = ANY(%s::uuid[])
    GROUP BY began.entry_id
"""


_ASKED = """
    SELECT calls.caller_raw, extract(epoch FROM min(entries.at))::float AS at
    FROM entries JOIN calls ON calls.id = entries.call_id
    WHERE entries.kind = 'recording_expected' AND entries.data->>'kind' <> 'talk'
      AND calls.caller_raw = ANY(%s)
    GROUP BY calls.caller_raw
"""


def gather(house: FaultHouse, cel: CelFile, callers: Collection[str]) -> Evidence:
    """Ask everybody. Raises what psycopg2 raises when Postgres is away."""
    cel.read()
    calls: dict[str, list[Any]] = defaultdict(list)
    for row in house.rows("SELECT * FROM calls WHERE caller_raw = ANY(%s)", list(callers)):
        calls[row.caller_raw].append(row)
    ids = [str(row.id) for rows in calls.values() for row in rows]
    ends = house.rows(
        "SELECT call_id::text AS call, count(*) AS ends FROM entries"
        " WHERE kind = 'call_ended' AND call_id = ANY(%s::uuid[]) GROUP BY call_id", ids
    )  # fmt: skip
    talks: dict[str, list[Talk]] = defaultdict(list)
    caller_of = {str(row.id): caller for caller, rows in calls.items() for row in rows}
    for row in house.rows(_TALKS, ids):
        seconds = cel.by_caller[caller_of[row.call]].together(row.began_at, row.ended_at)
        talks[row.call].append(Talk(row.recording, seconds))
    recordings = house.rows("SELECT * FROM recordings WHERE call_id = ANY(%s::uuid[])", ids)
    booked = [str(row.callback_id) for rows in calls.values() for row in rows if row.callback_id]
    callbacks = house.rows("SELECT id::text FROM callbacks WHERE id = ANY(%s::uuid[])", booked)
    finished = house.settings.recordings
    return Evidence(
        calls=calls,
        linked_ids={caller: cel.by_caller[caller].linked_ids for caller in callers},
        ends={row.call: row.ends for row in ends},
        talks=talks,
        recordings={row.id: row for row in recordings},
        callbacks={row.id for row in callbacks},
        files={row.id for row in recordings if row.path and (finished / row.path).is_file()},
        their_turn=_their_turn(house, cel, callers),
        left=_left(house),
    )


def _their_turn(house: FaultHouse, cel: CelFile, callers: Collection[str]) -> dict[str, float]:
    """When each caller was asked for a message, by the controller, the fallback or the dialplan."""
    asked = house.rows(_ASKED, list(callers))
    moments = {row.caller_raw: row.at for row in asked}
    for caller in callers:
        records_at = cel.by_caller[caller].records_at
        if records_at is not None:
            moments[caller] = min(records_at, moments.get(caller, records_at))
    return {caller: at - time() + monotonic() for caller, at in moments.items()}


def _left(house: FaultHouse) -> set[str]:
    """The calls of Asterisk's channels and bridges; a bridge of unknown origin as its own id."""
    lines = house.ask_asterisk("core show channels concise").splitlines()
    channels = (line.rpartition("!")[2] for line in lines if "!" in line)
    bridges = (line.split()[0] for line in house.ask_asterisk("bridge show all").splitlines()[1:])
    return {call_of(name) or call_id(name) for name in channels} | {
        call_of(name) or name for name in bridges
    }
