"""A call is what all its events tell, whatever came in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ari_app.flow.ids import call_id
from ari_app.journal.cel_event import CALL, END, HANGUP, MESSAGE_END, START, CelEvent
from ari_app.journal.witnessed_call import WitnessedCall, doubtful, put_together
from ari_app.snapshot.incoming import Incoming


def told(kind: str, counter: int, at: float, context: str = "intake", detail: str = "") -> CelEvent:
    linked = f"duudlaga-1795000000.{counter}"
    moment = datetime.fromtimestamp(1_795_000_000 + at, UTC)
    return CelEvent(kind, moment, linked, linked, context, "976", "+976", "Дорж", detail)


def whole(events: list[CelEvent]) -> dict[str, WitnessedCall]:
    calls, _ = put_together(events, frozenset(), None)
    return {call.call: call for call in calls}


def test_a_call_is_what_all_its_events_tell() -> None:
    call = call_id("duudlaga-1795000000.1")
    seen = whole(
        [
            told(START, 1, 0),
            told(MESSAGE_END, 1, 5, "last", "DTMF"),
            told(MESSAGE_END, 1, 6, "last", "HANGUP"),
            told(HANGUP, 1, 7, "last"),
            told(END, 1, 8, "last"),
        ]
    )[call]
    began = seen.began_at.timestamp()
    times = [seen.hung_up_at, seen.over_at, seen.message_at]
    assert [at and at.timestamp() - began for at in times] == [7, 8, 5]
    assert (seen.message_status, seen.last_at) == ("DTMF", seen.over_at)


def test_an_end_of_a_call_is_a_callers_only_if_the_call_is_known() -> None:
    end = told(END, 1, 9, context="agents")
    assert doubtful([end]) == {end.call}
    assert whole([end]) == {}
    assert put_together([end], {end.call}, None)[0][0].over_at == end.at
    assert doubtful([told(START, 1, 0), end]) == set()
    assert whole([told(START, 1, 0), end])[end.call].over_at == end.at


def test_what_the_dialplan_tells_counts_more_than_the_first_event() -> None:
    mark = replace(
        told(CALL, 1, 0.01, "offer", "70119999,,,,%3Ctel%3A97699110000%3E"),
        caller_raw="",
        caller_name="",
    )
    (seen,) = whole([told(START, 1, 0), mark, told(END, 1, 8)]).values()
    assert Incoming.parse(seen.number).forwarded_from == "97699110000"
    assert (seen.caller_raw, seen.caller_name) == ("", "")
