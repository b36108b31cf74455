"""What people see of the history: their own client's, newest first, and what is still owed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ari_app.flow.entries import Entry
from ari_app.journal.arrived import Arrived
from ari_app.journal.house_entries import close_callback
from ari_app.journal.ship import rebuild, ship
from ari_app.store.agents import AgentRow, AgentState, list_agents, states_of
from ari_app.store.audit import list_audit, note
from ari_app.store.callbacks import open_callbacks
from ari_app.store.calls import entries_of, find_call, list_calls, unlogged, without_outcome
from ari_app.store.client_document import AgentDocument, AgentsDocument
from ari_app.store.clients import save_agents
from ari_app.store.database import Connection, as_client, transaction
from ari_app.store.recordings import gaps, recordings_of
from tests.journal.call_entries import CLIENT, DORJ, answered, arrived, call_name, missed, offered

pytestmark = pytest.mark.real


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


STORED = Entry(
    "recording_stored", 1100.0,
    {"recording": "leg-r", "kind": "talk", "path": "anu-clinic/a.ogg", "seconds": 60.0},
)  # fmt: skip


@pytest.fixture
def history(writer: Connection) -> Connection:
    ship(writer, "n", arrived(1, [*answered(1000), STORED]))
    ship(writer, "n", arrived(2, missed(2000, caller="+97699445566"), 10))
    ship(writer, "n", arrived(3, missed(3000), 15, client="tavan-bank"))
    ship(writer, "n", arrived(4, [offered(4000)], 20))
    return writer


def test_calls_are_listed_newest_first(history: Connection) -> None:
    with transaction(history) as cursor:
        everybody = list_calls(cursor)
        assert [call.id for call in everybody] == [call_name(n) for n in (4, 3, 2, 1)]
        assert [call.id for call in list_calls(cursor, limit=1)] == [call_name(4)]
        own = list_calls(cursor, client=CLIENT)
    assert [call.outcome for call in own] == [None, "abandoned", "answered"]
    call = own[2]
    assert (call.client, call.number, call.caller) == (CLIENT, "+97670110001", DORJ)
    assert (call.offered_at, call.answered_at) == (moment(1000), moment(1010))
    assert (call.ended_at, call.agent, call.recording) == (moment(1070), "bold", "anu-clinic/a.ogg")


def test_a_client_sees_its_own_calls_callbacks_and_recordings_alone(
    history: Connection, app: Connection
) -> None:
    with as_client(app, "tavan-bank") as cursor:
        assert [call.id for call in list_calls(cursor)] == [call_name(3)]
        assert find_call(cursor, call_name(1)) is None
        assert entries_of(cursor, call_name(1)) == []
        assert [callback.client for callback in open_callbacks(cursor)] == ["tavan-bank"]
        assert recordings_of(cursor, call_name(1)) == []
    with as_client(app, CLIENT) as cursor:
        assert find_call(cursor, call_name(1)) is not None
        assert [recording.state for recording in recordings_of(cursor, call_name(1))] == ["stored"]


def test_the_story_of_a_call_is_its_entries(history: Connection) -> None:
    with transaction(history) as cursor:
        assert entries_of(cursor, call_name(2)) == missed(2000, caller="+97699445566")


def test_a_call_without_an_end_and_a_recording_that_does_not_come_are_found(
    history: Connection,
) -> None:
    ship(history, "n", arrived(5, answered(5000, leg="other"), 21))
    with transaction(history) as cursor:
        assert [call.id for call in without_outcome(cursor, moment(9000))] == [call_name(4)]
        assert without_outcome(cursor, moment(4000)) == []
        assert [gap.id for gap in gaps(cursor, moment(9000))] == ["other-r"]
        assert gaps(cursor, moment(5000)) == []
        assert unlogged(cursor, moment(9000)) == 0


def test_who_waits_longest_is_owed_first(history: Connection) -> None:
    with transaction(history) as cursor:
        owed = open_callbacks(cursor)
    assert [(each.client, each.number) for each in owed] == [
        (CLIENT, "+97699445566"), ("tavan-bank", DORJ),
    ]  # fmt: skip
    assert owed[0].waiting_since == moment(2001)


def test_what_a_person_closes_stays_closed_after_a_rebuild(history: Connection) -> None:
    with transaction(history) as cursor:
        callback = open_callbacks(cursor, CLIENT)[0].id
        assert close_callback(
            cursor, callback, reason="reached", by="bold", at=moment(9000), done=True
        )
        assert not close_callback(cursor, callback, reason="again", by="bold", at=moment(9001))
    rebuild(history)
    with transaction(history) as cursor:
        assert open_callbacks(cursor, CLIENT) == []
        cursor.execute("SELECT state, closed_reason FROM callbacks WHERE id = %s", (callback,))
        assert cursor.fetchone() == ("done", "reached")
        assert entries_of(cursor, callback)[-1].data["by"] == "bold"


def test_an_agents_day_begins_with_what_he_was_doing_before(writer: Connection) -> None:
    for seq, (state, at) in enumerate([("ready", 1000), ("talking", 2000), ("ready", 3000)], 1):
        change = Entry("agent_state_changed", at, {"agent": "bold", "new": state})
        line = Arrived("n", seq, None, "house", change.kind, moment(at), change.data)
        ship(writer, "n", [line])
    with transaction(writer) as cursor:
        assert states_of(cursor, "bold", moment(1500), moment(3000)) == [
            AgentState("ready", "", moment(1000)), AgentState("talking", "", moment(2000)),
        ]  # fmt: skip
        assert states_of(cursor, "bold", moment(0), moment(1001))[0].began_at == moment(1000)


def test_agents_of_the_house(writer: Connection) -> None:
    with transaction(writer) as cursor:
        save_agents(cursor, AgentsDocument(agents={"bold": AgentDocument(name="Болд")}))
        assert list_agents(cursor) == [AgentRow("bold", "Болд", {})]


def test_looking_at_a_recording_leaves_a_trace_that_its_client_sees(app: Connection) -> None:
    with as_client(app, CLIENT) as cursor:
        note(cursor, client=CLIENT, actor="saraa", action="play", subject="leg-r")
    with as_client(app, "tavan-bank") as cursor:
        assert list_audit(cursor) == []
    with as_client(app, CLIENT) as cursor:
        (row,) = list_audit(cursor)
    assert (row.actor, row.action, row.subject, row.details) == ("saraa", "play", "leg-r", {})
