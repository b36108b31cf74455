"""What the history says of a call, and what is owed to a caller, follows from the entries alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ari_app.flow.entries import Entry
from ari_app.journal.arrived import Arrived
from ari_app.journal.ship import rebuild, ship
from ari_app.store.database import Connection, transaction
from tests.journal.call_entries import (
    CALLBACKS,
    CLIENT,
    DORJ,
    answered,
    arrived,
    call_name,
    missed,
    offered,
    select,
    ship_calls,
    spoke_to_the_dialplan,
)

pytestmark = pytest.mark.real


def test_an_answered_call_has_agent_wait_and_talk(writer: Connection) -> None:
    ship_calls(writer, answered(1000))
    (call,) = select(writer, "SELECT *, extract(epoch FROM answered_at)::int AS began FROM calls")
    assert (str(call.id), call.client_id, call.number) == (call_name(1), CLIENT, "+97670110001")
    assert (call.caller, call.caller_name, call.language) == (DORJ, "Дорж", "mn")
    assert (call.outcome, call.ended_by, call.agent) == ("answered", "caller", "bold")
    assert (call.queue, call.waited_seconds, call.talk_seconds) == ("reception", 9.0, 60.0)
    assert (call.flow, call.revision, call.node, call.began) == ("main", 1, "n", 1010)
    (leg,) = select(writer, "SELECT * FROM legs")
    assert (leg.agent, leg.result, leg.ended_by, leg.talk_seconds) == (
        "bold",
        "talked",
        "caller",
        60,
    )
    (recording,) = select(writer, "SELECT * FROM recordings")
    assert (recording.id, recording.state, recording.kind) == ("leg-r", "expected", "talk")


def test_agents_who_did_not_answer_have_legs_too(writer: Connection) -> None:
    rang = [
        offered(1000),
        Entry("agent_ringing", 1001, {"leg": "a", "agent": "bold"}),
        Entry("agent_missed", 1021, {"leg": "a", "agent": "bold", "reason": "no_answer"}),
        Entry("number_missed", 1022, {"leg": "b", "number": "+97611", "reason": "busy"}),
    ]
    ship_calls(writer, rang)
    legs = select(writer, "SELECT id, agent, number, result FROM legs ORDER BY id")
    assert legs == [("a", "bold", None, "no_answer"), ("b", None, "+97611", "busy")]


def test_the_first_end_of_a_call_counts(writer: Connection) -> None:
    late = Entry("call_ended", 1100, {"outcome": "cut", "by": "pbx"})
    ship_calls(writer, [*answered(1000), late])
    (call,) = select(writer, "SELECT outcome, extract(epoch FROM ended_at)::int AS at FROM calls")
    assert call == ("answered", 1070)
    assert select(writer, CALLBACKS) == []


def test_everybody_who_calls_is_registered(writer: Connection) -> None:
    ship_calls(writer, missed(1000), answered(2000))
    query = """SELECT number, calls, answered_calls,
                      extract(epoch FROM first_call_at)::int AS first,
                      extract(epoch FROM last_call_at)::int AS last FROM contacts"""
    assert select(writer, query) == [(DORJ, 2, 1, 1000, 2000)]


def test_a_recording_is_stored_and_one_that_nobody_announced_is_kept(writer: Connection) -> None:
    facts = {"path": "a.ogg", "peaks": "a.json", "seconds": 60.5, "bytes": 9, "sha256": "x"}
    stored = [
        Entry("recording_stored", 1100, {"recording": "leg-r", "kind": "talk", **facts}),
        Entry("recording_stored", 1100, {"recording": "stray", "kind": "talk", **facts}),
    ]
    ship_calls(writer, [*answered(1000), *stored])
    rows = select(writer, "SELECT id, state, path, seconds, agent FROM recordings ORDER BY id")
    assert rows == [
        ("leg-r", "stored", "a.ogg", 60.5, "bold"),
        ("stray", "stored", "a.ogg", 60.5, None),
    ]


def test_what_agents_did_is_history_too(writer: Connection) -> None:
    data = '{"agent":"bold","old":"ready","new":"paused","reason":"lunch"}'
    change = Arrived.read("n", 1, "agent:bold", "house", "agent_state_changed", 1000.0, data)
    ship(writer, "n", [change])
    query = "SELECT agent, state, reason FROM agent_state_history"
    assert select(writer, query) == [("bold", "paused", "lunch")]


def test_a_batch_that_comes_twice_arrives_once(writer: Connection) -> None:
    entries = arrived(1, missed(1000))
    ship(writer, "n", entries[:3])
    ship(writer, "n", entries)
    ship(writer, "n", entries)
    assert select(writer, "SELECT seq FROM entries ORDER BY entry_id") == [
        (n,) for n in range(1, 6)
    ]
    assert select(writer, CALLBACKS)[0].misses == 1


def test_an_entry_that_makes_no_sense_is_set_aside_and_holds_up_nobody(writer: Connection) -> None:
    nonsense = Entry("queue_left", 1001, {"waited_seconds": "long"})
    bad = [offered(1000), nonsense, *missed(1000)[1:]]
    ship_calls(writer, bad)
    assert select(writer, "SELECT outcome FROM calls") == [("abandoned",)]
    (refused,) = select(writer, "SELECT reason FROM refused_entries")
    assert "long" in refused.reason
    assert len(select(writer, "SELECT 1 FROM entries")) == len(bad)


def test_entries_that_come_together_say_the_same_as_one_by_one(writer: Connection) -> None:
    nonsense = Entry("queue_left", 1001, {"waited_seconds": "long"})
    stories = [missed(1000), [nonsense, *answered(2000)], missed(1990), answered(1500, leg="b")]
    lines = [line for number, entries in enumerate(stories) for line in arrived(number, entries, 1)]
    together = [replace(line, seq=seq) for seq, line in enumerate(lines, 1)]
    ship(writer, "n", together)
    before = derived(writer)
    assert len(select(writer, "SELECT 1 FROM refused_entries")) == 1
    empty(writer)
    for line in together:
        ship(writer, "n", [line])
    assert derived(writer) == before
    assert len(select(writer, "SELECT 1 FROM refused_entries")) == 1


def test_hostile_text_arrives_readable_and_stops_nothing(writer: Connection) -> None:
    data = '{"caller_name":"\'); DROP TABLE calls;--\\u0000\\ud800","caller_raw":"x\\u0000"}'
    ship(writer, "n", [Arrived.read("n", 1, call_name(1), CLIENT, "call_offered", 1.0, data)])
    (call,) = select(writer, "SELECT caller_name, caller_raw FROM calls")
    assert call == ("'); DROP TABLE calls;--\ufffd\ufffd", "x\ufffd")


TABLES = ("calls", "legs", "recordings", "callbacks", "contacts")


def derived(connection: Connection) -> dict[str, list[Any]]:
    query = "SELECT * FROM {} ORDER BY 1, 2"
    return {table: select(connection, query.format(table)) for table in TABLES}


def empty(connection: Connection) -> None:
    with transaction(connection) as cursor:
        for table in (*TABLES, "refused_entries", "entries", "shipping"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (the test's own words)


numbers = st.sampled_from([DORJ, "+97699445566", None])
moments = st.integers(1000, 1200)
stories = st.lists(
    st.builds(
        lambda make, at, caller: make(float(at), caller),
        st.sampled_from([missed, answered, spoke_to_the_dialplan]),
        moments,
        numbers,
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stories=stories, data=st.data())
def test_history_deleted_and_derived_again_is_the_same(
    writer: Connection, stories: list[list[Entry]], data: st.DataObject
) -> None:
    empty(writer)
    queues = [(number, list(entries)) for number, entries in enumerate(stories)]
    mixed: list[Arrived] = []
    while queues:  # calls go on side by side
        number, entries = queues[data.draw(st.integers(0, len(queues) - 1))]
        mixed += arrived(number, [entries.pop(0)], len(mixed) + 1)
        queues = [queue for queue in queues if queue[1]]
    while mixed:  # and arrive in batches of any size
        size = data.draw(st.integers(1, len(mixed)))
        ship(writer, "n", mixed[:size])
        mixed = mixed[size:]
    before = derived(writer)
    assert all(call.outcome for call in before["calls"])
    assert rebuild(writer) == sum(map(len, stories))
    assert derived(writer) == before
