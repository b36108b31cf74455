"""Asterisk's own account finds every call that our history does not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ari_app.flow.entries import Entry
from ari_app.flow.ids import call_id
from ari_app.flow.unassigned import HOUSE
from ari_app.journal.left_messages import LeftMessages
from ari_app.journal.reconcile import Reconciled, Reconciler
from ari_app.journal.ship import position, ship
from ari_app.journal.store import Journal
from ari_app.journal.tail import Tail
from ari_app.journal.witness import Witness
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.reader import Route, SnapshotError
from ari_app.store.database import Connection, transaction
from tests.journal.call_entries import CLIENT, DORJ, missed, offered
from tests.journal.test_cel_line import as_asterisk_writes

pytestmark = pytest.mark.real

BEGAN = 1_795_000_000.0
NUMBER = "97670110001"


def linked(counter: int, began: float = BEGAN) -> str:
    return f"duudlaga-{int(began)}.{counter}"


def event(kind: str, counter: int, at: float, began: float = BEGAN, **fields: str) -> str:
    return as_asterisk_writes(**{
        "eventtype": kind, "eventtime": f"{at:.6f}", "name": "Дорж", "num": DORJ, "exten": NUMBER,
        "context": "intake", "uniqueid": linked(counter, began), "linkedid": linked(counter, began),
        **fields,
    })  # fmt: skip


def whole(counter: int, began: float = BEGAN, seconds: float = 20, **fields: str) -> str:
    """A caller who hung up by himself."""
    return (
        event("CHAN_START", counter, began, began, **fields)
        + event("APP_START", counter, began, began, context="offer", exten="s", appname="Stasis")
        + event("HANGUP", counter, began + seconds, began, context="offer", exten="s")
        + event("LINKEDID_END", counter, began + seconds, began, context="offer", exten="s")
    )


def owner(incoming: Incoming) -> Route | None:
    return Route(NUMBER, CLIENT, "main") if NUMBER in incoming.numbers else None


class House:
    """A node with its journal, its event log and the database behind."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self.cel = folder / "cel.jsonl"
        self.journal = Journal(folder / "journal.db")
        self.connection = connection
        self.witness = Witness(self.cel, self.journal.node)
        self.taken: list[tuple[str, str]] = []

        self.message_seconds: float | None = 12.0

        def take_message(unique_id: str, recording: str) -> float | None:
            self.taken.append((unique_id, recording))
            return self.message_seconds

        self.left_messages = LeftMessages(self.journal, take_message)
        self.reconciler = Reconciler(
            self.journal,
            route=lambda incoming: (
                Route(NUMBER, CLIENT, "main") if NUMBER in incoming.numbers else None
            ),
            caller_number=lambda raw: raw if raw.startswith("+") else None,
            take_message=take_message,
        )

    def write(self, text: str) -> None:
        with self.cel.open("a", encoding="utf-8") as file:
            file.write(text)

    def ship(self) -> None:
        with Tail(self.journal.path) as tail:
            entries = tail.after(position(self.connection, tail.node), 1000)
        if entries:
            ship(self.connection, self.journal.node, entries)

    def reconcile(self, after: float = 60) -> Reconciled:
        """Read, compare ``after`` seconds after the calls began, and ship what was entered."""
        self.ship()
        self.witness.read(self.connection)
        moment = datetime.fromtimestamp(BEGAN + after, UTC)
        self.witness.forget(self.connection, moment)
        self.left_messages.run(self.connection, moment)
        reconciled = self.reconciler.run(self.connection, moment)
        self.ship()
        return reconciled

    def select(self, query: str) -> list[Any]:
        with transaction(self.connection) as cursor:
            cursor.execute(query)
            return cursor.fetchall()


@pytest.fixture
def house(tmp_path: Path, writer: Connection) -> Iterator[House]:
    made = House(tmp_path, writer)
    yield made
    made.journal.close()


UNLOGGED = "SELECT linked_id FROM calls_unlogged"


def test_a_call_that_nobody_took_in_is_entered_with_a_callback(house: House) -> None:
    house.write(whole(1))
    house.witness.read(house.connection)
    assert house.select(UNLOGGED) == [(linked(1),)]
    assert house.reconcile() == Reconciled(entered=1, ended=0)
    (call,) = house.select("SELECT *, extract(epoch FROM ended_at)::float AS gone FROM calls")
    assert str(call.id) == call_id(linked(1))
    assert (call.client_id, call.number, call.caller, call.flow) == (CLIENT, NUMBER, DORJ, "main")
    assert (call.outcome, call.ended_by, call.gone) == ("abandoned", "caller", BEGAN + 20)
    assert house.select("SELECT number, state, reason FROM callbacks") == [(DORJ, "new", "missed")]
    assert house.select(UNLOGGED) == []
    assert house.reconcile(after=120) == Reconciled(entered=0, ended=0)


def test_looking_for_a_crowd_of_missed_calls_does_not_keep_the_history_waiting(
    house: House,
) -> None:
    with transaction(house.connection) as cursor:
        cursor.execute(
            """INSERT INTO witness_calls (node, call_id, linked_id, number, caller_raw, caller_name,
                                          asterisk_at, began_at, last_at, hung_up_at, over_at)
               SELECT %(node)s, gen_random_uuid(), n, %(number)s, %(caller)s, '', at, at, at, at, at
               FROM generate_series(1, 3000) AS n, to_timestamp(%(began)s + n) AS at""",
            {"node": house.journal.node, "began": BEGAN, "number": NUMBER, "caller": DORJ},
        )
        cursor.execute("SET statement_timeout = '2s'")
    moment = datetime.fromtimestamp(BEGAN + 3600, UTC)
    assert house.reconciler.run(house.connection, moment) == Reconciled(entered=3000, ended=0)


def test_a_call_that_is_on_record_is_left_alone(house: House) -> None:
    house.write(whole(1))
    house.journal.append_entries(call_id(linked(1)), CLIENT, missed(BEGAN))
    assert house.reconcile() == Reconciled(entered=0, ended=0)
    assert len(house.select("SELECT * FROM calls")) == 1


def test_a_call_that_goes_on_is_left_alone(house: House) -> None:
    house.write(event("CHAN_START", 1, BEGAN))
    assert house.reconcile() == Reconciled(entered=0, ended=0)


def test_agents_legs_and_agents_own_calls_are_no_callers(house: House) -> None:
    house.write(event("CHAN_START", 7, BEGAN, context="agents"))
    house.write(event("LINKEDID_END", 7, BEGAN + 9, context="agents"))
    house.write(event("CHAN_START", 8, BEGAN, linkedid=linked(7)))
    assert house.reconcile() == Reconciled(entered=0, ended=0)
    assert house.select("SELECT * FROM witness_calls") == []


def test_a_message_taken_by_the_last_step_is_found_and_the_caller_rung(house: House) -> None:
    house.write(event("CHAN_START", 1, BEGAN))
    house.write(event("duudlaga_message", 1, BEGAN + 4, context="last", exten="s"))
    house.write(
        event(
            "duudlaga_message_end",
            1,
            BEGAN + 30,
            context="last",
            exten="h",
            eventextra='{"extra":"DTMF"}',
        )
    )
    house.write(event("LINKEDID_END", 1, BEGAN + 30, context="last", exten="h"))
    house.reconcile()
    call = call_id(linked(1))
    assert house.select("SELECT outcome FROM calls") == [("message",)]
    assert house.select("SELECT state, reason FROM callbacks") == [("new", "fallback")]
    assert house.select("SELECT id, kind FROM recordings") == [(f"{call}-last", "message")]
    assert house.taken == [(linked(1), f"{call}-last")]


def test_a_caller_who_hung_up_at_once_on_the_last_step_is_abandoned_and_what_he_said_is_kept(
    house: House,
) -> None:
    house.message_seconds = 1.0
    house.write(event("CHAN_START", 1, BEGAN))
    house.write(
        event(
            "duudlaga_message_end",
            1,
            BEGAN + 9,
            context="last",
            exten="h",
            eventextra='{"extra":"HANGUP"}',
        )
    )
    house.write(event("LINKEDID_END", 1, BEGAN + 9, context="last", exten="h"))
    house.reconcile()
    assert house.select("SELECT outcome FROM calls") == [("abandoned",)]
    assert house.select("SELECT state FROM callbacks") == [("new",)]
    assert len(house.select("SELECT id FROM recordings")) == 1


def test_asterisk_died_with_the_call_and_counts_its_channels_anew(house: House) -> None:
    house.write(event("CHAN_START", 5, BEGAN))
    house.reconcile()
    assert house.select("SELECT * FROM calls") == []
    house.write(event("CHAN_START", 0, BEGAN + 30, began=BEGAN + 30))
    house.reconcile()
    assert house.select("SELECT outcome, ended_by, caller FROM calls") == [("cut", "pbx", DORJ)]
    assert house.select("SELECT reason, state FROM callbacks") == [("cut", "new")]


def test_callers_of_the_same_moment_whose_events_change_places_are_left_alone(
    house: House,
) -> None:
    house.write(event("CHAN_START", 11, BEGAN + 0.001, began=BEGAN))
    house.write(event("CHAN_START", 10, BEGAN + 0.004, began=BEGAN))
    for counter in (10, 11):
        house.journal.append_entries(call_id(linked(counter)), CLIENT, [offered(BEGAN)])
    assert house.reconcile(after=300) == Reconciled(0, 0), "both go on"
    house.write(event("CHAN_START", 12, BEGAN + 301, began=BEGAN + 301))
    assert house.reconcile(after=600) == Reconciled(0, 0)


def test_a_call_whose_controller_never_came_back_is_ended(house: House) -> None:
    call = call_id(linked(1))
    house.write(whole(1))
    house.journal.append_entries(call, CLIENT, [offered(BEGAN)])
    assert house.reconcile(after=10) == Reconciled(0, 0), "the controller may still come back"
    assert house.reconcile(after=60) == Reconciled(entered=0, ended=1)
    assert house.select("SELECT outcome FROM calls") == [("abandoned",)]
    assert house.select("SELECT state FROM callbacks") == [("new",)]
    assert house.reconcile(after=300) == Reconciled(0, 0)


def test_a_call_that_had_been_answered_ends_as_answered(house: House) -> None:
    talk = Entry("talk_started", BEGAN + 5, {"leg": "l", "agent": "bold"})
    house.write(whole(1))
    house.journal.append_entries(call_id(linked(1)), CLIENT, [offered(BEGAN), talk])
    house.reconcile(after=200)
    assert house.select("SELECT outcome FROM calls") == [("answered",)]
    assert house.select("SELECT * FROM callbacks") == []


def test_a_talk_that_asterisk_broke_off_is_cut_and_owed_a_callback(house: House) -> None:
    talk = Entry("talk_started", BEGAN + 5, {"leg": "l", "agent": "bold"})
    house.journal.append_entries(call_id(linked(5)), CLIENT, [offered(BEGAN), talk])
    house.write(event("CHAN_START", 5, BEGAN))
    house.write(event("CHAN_START", 0, BEGAN + 30, began=BEGAN + 30))
    assert house.reconcile(after=200) == Reconciled(entered=0, ended=1)
    assert house.select("SELECT outcome FROM calls") == [("cut",)]
    assert house.select("SELECT reason, state FROM callbacks") == [("cut", "new")]


def test_a_number_that_nobody_owns_is_on_record_too_and_nobody_rings_back(house: House) -> None:
    house.write(whole(1, exten="4711"))
    house.reconcile()
    assert house.select("SELECT client_id, number, caller FROM calls") == [(HOUSE, "4711", DORJ)]
    assert house.select("SELECT closed_reason FROM callbacks") == [("number_unassigned",)]
    assert house.select("SELECT 1 FROM entries WHERE kind = 'callback_booked'") == []


def test_while_nobody_can_tell_whose_number_it_is_the_call_waits(house: House) -> None:
    def unreadable(incoming: Incoming) -> Route | None:
        raise SnapshotError("there is no usable snapshot")

    house.write(whole(1))
    sound = house.reconciler
    house.reconciler = replace(sound, route=unreadable)
    assert house.reconcile() == Reconciled(entered=0, ended=0)
    house.reconciler = sound
    assert house.reconcile(after=300) == Reconciled(entered=1, ended=0)
    assert house.select("SELECT client_id FROM calls") == [(CLIENT,)]


def test_a_caller_whose_dialled_number_breaks_the_first_line_is_on_record_too(
    house: House,
) -> None:
    house.write(whole(1, exten="1\n2"))
    house.reconcile()
    assert house.select("SELECT caller, outcome FROM calls") == [(DORJ, "abandoned")]
