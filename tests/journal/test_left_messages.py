"""Messages of the dialplan's last step that nobody but Asterisk knows of are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ari_app.flow.entries import Entry
from ari_app.flow.ids import call_id
from ari_app.flow.unassigned import HOUSE
from ari_app.journal.ship import rebuild
from ari_app.store.database import Connection
from tests.journal.call_entries import CLIENT, answered, missed, offered
from tests.journal.test_witness import BEGAN, House, event, linked

pytestmark = pytest.mark.real


@pytest.fixture
def house(tmp_path: Path, writer: Connection) -> Iterator[House]:
    made = House(tmp_path, writer)
    yield made
    made.journal.close()


@pytest.mark.parametrize("after", [60, 200])
def test_a_message_of_a_caller_whose_fallback_died_is_found_and_the_caller_rung(
    house: House, after: float
) -> None:
    call = call_id(linked(1))
    house.journal.append_entries(call, CLIENT, [offered(BEGAN)])
    house.write(event("CHAN_START", 1, BEGAN))
    end: dict[str, Any] = {"context": "last", "exten": "h", "eventextra": '{"extra":"SILENCE"}'}
    house.write(event("duudlaga_message_end", 1, BEGAN + 30, **end))
    house.write(event("LINKEDID_END", 1, BEGAN + 30, context="last", exten="h"))
    house.reconcile(after=after)
    house.reconcile(after=200)
    assert house.taken == [(linked(1), f"{call}-last")]
    assert house.select("SELECT outcome FROM calls") == [("message",)]
    assert house.select("SELECT state, reason FROM callbacks") == [("new", "fallback")]
    assert house.select("SELECT id, kind FROM recordings") == [(f"{call}-last", "message")]


def test_who_hangs_up_before_the_tone_leaves_no_recording_behind(house: House) -> None:
    house.write(event("CHAN_START", 1, BEGAN))
    end: dict[str, Any] = {"context": "last", "exten": "h", "eventextra": '{"extra":""}'}
    house.write(event("duudlaga_message_end", 1, BEGAN + 3, **end))
    house.write(event("LINKEDID_END", 1, BEGAN + 3, context="last", exten="h"))
    house.reconcile()
    assert house.select("SELECT outcome FROM calls") == [("abandoned",)]
    assert house.select("SELECT id FROM recordings") == []


def hang_up_in_last(house: House, status: str, at: float = BEGAN + 50) -> None:
    """Let the witness see a caller who was with the dialplan's last step to the end."""
    house.write(event("CHAN_START", 1, BEGAN))
    end: dict[str, Any] = {"context": "last", "exten": "h", "eventextra": f'{{"extra":"{status}"}}'}
    house.write(event("duudlaga_message_end", 1, at, **end))
    house.write(event("HANGUP", 1, at, context="last", exten="h"))
    house.write(event("LINKEDID_END", 1, at, context="last", exten="h"))


HISTORY = """SELECT outcome, message, extract(epoch FROM ended_at) - %d AS ended,
                    (SELECT count(*) FROM callbacks) AS callbacks
             FROM calls"""  # fmt: skip


def history(house: House) -> Any:
    """The call as it stands, which must be the same when it is derived again."""
    (before,) = house.select(HISTORY % BEGAN)
    rebuild(house.connection)
    (after,) = house.select(HISTORY % BEGAN)
    assert after == before
    return before


@pytest.mark.parametrize(
    "outcome", ["abandoned", "short_abandon", "cut", "self_served", "callback"]
)
@pytest.mark.parametrize("first", ["end", "message"])
def test_a_message_counts_whoever_ended_the_call_and_whichever_came_first(
    house: House, outcome: str, first: str
) -> None:
    """A controller that came back, or a script that was too late, knew nothing of the message."""
    call = call_id(linked(1))
    end = Entry("call_ended", BEGAN + 30, {"outcome": outcome, "by": "caller"})
    hang_up_in_last(house, "DTMF")
    house.journal.append_entries(call, CLIENT, [offered(BEGAN)])
    if first == "end":
        house.journal.append_entries(call, CLIENT, [end])
    house.reconcile(after=60)
    if first == "message":
        house.journal.append_entries(call, CLIENT, [end])
    house.reconcile(after=200)
    assert history(house)[:2] == ("message", "message")
    assert history(house).callbacks == 1


def test_a_message_for_a_number_that_nobody_owns_is_kept_and_nobody_rings_back(
    house: House,
) -> None:
    hang_up_in_last(house, "DTMF")
    house.journal.append_entries(call_id(linked(1)), HOUSE, [offered(BEGAN)])
    for after in (60, 80):
        house.reconcile(after=after)
    assert history(house)[:2] == ("message", "message")
    assert house.select("SELECT 1 FROM callbacks") == []


def test_the_call_lasted_until_the_end_of_the_message(house: House) -> None:
    hang_up_in_last(house, "DTMF")
    house.journal.append_entries(call_id(linked(1)), CLIENT, missed(BEGAN))
    house.reconcile()
    assert history(house) == ("message", "message", 50, 1)


def test_who_had_talked_to_an_agent_was_answered_whatever_came_after(house: House) -> None:
    hang_up_in_last(house, "DTMF", at=BEGAN + 90)
    house.journal.append_entries(call_id(linked(1)), CLIENT, answered(BEGAN))
    house.reconcile(after=200)
    assert history(house) == ("answered", "message", 90, 1)


def test_a_talk_that_asterisk_broke_off_stays_cut(house: House) -> None:
    entries = [*answered(BEGAN)[:-2], Entry("call_ended", BEGAN + 40, {"outcome": "cut"})]
    hang_up_in_last(house, "DTMF")
    house.journal.append_entries(call_id(linked(1)), CLIENT, entries)
    house.reconcile(after=200)
    assert history(house)[:2] == ("cut", "message")


@pytest.mark.parametrize(("seconds", "outcome"), [(2.0, "message"), (1.9, "abandoned")])
@pytest.mark.parametrize("known", [True, False])
def test_who_speaks_and_simply_hangs_up_has_left_a_message(
    house: House, seconds: float, outcome: str, known: bool
) -> None:
    house.message_seconds = seconds
    hang_up_in_last(house, "HANGUP")
    if known:
        house.journal.append_entries(call_id(linked(1)), CLIENT, [offered(BEGAN)])
    for after in (60, 80, 100):
        house.reconcile(after=after)
    assert history(house).outcome == outcome
    assert len(house.select("SELECT id FROM recordings")) == 1
