"""Who is owed a call back follows from the entries alone."""

from __future__ import annotations

import pytest

from ari_app.flow.entries import Entry
from ari_app.flow.unassigned import HOUSE
from ari_app.journal.ship import ship
from ari_app.store.database import Connection
from tests.journal.call_entries import (
    CALLBACKS,
    DORJ,
    answered,
    arrived,
    call_name,
    missed,
    select,
    ship_calls,
    wordless,
)

pytestmark = pytest.mark.real


def test_a_missed_call_is_owed_a_callback(writer: Connection) -> None:
    ship_calls(writer, missed(1000))
    (callback,) = select(writer, CALLBACKS)
    assert callback == (DORJ, "new", None, 1, "missed", "reception", 1030)
    (call,) = select(writer, "SELECT outcome, callback_id::text AS callback FROM calls")
    assert (call.outcome, call.callback) == ("abandoned", call_name(1))


def test_a_call_that_ends_missed_without_a_word_of_a_callback_is_owed_one(
    writer: Connection,
) -> None:
    ship_calls(writer, [e for e in missed(1000) if e.kind != "callback_booked"])
    (callback,) = select(writer, CALLBACKS)
    assert (callback.number, callback.state, callback.misses) == (DORJ, "new", 1)


def test_who_calls_again_and_again_is_rung_once(writer: Connection) -> None:
    ship_calls(writer, missed(1000), missed(2000), missed(3000))
    (callback,) = select(writer, CALLBACKS)
    assert (callback.misses, callback.last) == (3, 3030)


def test_two_clients_owe_the_same_caller_one_callback_each(writer: Connection) -> None:
    ship(writer, "n", arrived(1, missed(1000)))
    ship(writer, "n", arrived(2, missed(2000), 11, client="tavan-bank"))
    assert len(select(writer, CALLBACKS)) == 2


def test_reaching_somebody_settles_what_was_missed(writer: Connection) -> None:
    ship_calls(writer, missed(1000), missed(2000), answered(3000), missed(4000))
    settled, still_owed = select(writer, CALLBACKS)
    assert settled[1:4] == ("done", "answered_inbound", 2)
    assert still_owed[1:4] == ("new", None, 1)


def test_a_talk_too_short_for_a_word_gives_the_callback_back_with_its_count_and_place(
    writer: Connection,
) -> None:
    ship_calls(writer, missed(1000), missed(2000), wordless(3000))
    (callback,) = select(writer, CALLBACKS)
    assert callback[1:4] == ("new", None, 3)
    (place,) = select(writer, "SELECT extract(epoch FROM queued_at)::int AS at FROM callbacks")
    assert place.at == 1001


def place_in_line(writer: Connection) -> int:
    (place,) = select(writer, "SELECT extract(epoch FROM queued_at)::int AS at FROM callbacks")
    return int(place.at)


def test_two_wordless_talks_in_a_row_keep_the_one_callback_with_its_place(
    writer: Connection,
) -> None:
    ship_calls(writer, missed(1000), wordless(2000), wordless(3000))
    (callback,) = select(writer, CALLBACKS)
    assert callback[1:4] == ("new", None, 3)
    assert place_in_line(writer) == 1001


def test_two_wordless_talks_in_one_call_keep_the_one_callback_with_its_place(
    writer: Connection,
) -> None:
    offer, start, end, *rest = wordless(2000)
    again = [
        Entry("talk_started", 2010.995, {"leg": "other", "agent": "saraa", "queue": "reception"}),
        Entry("talk_ended", 2010.999, {"leg": "other", "by": "agent", "seconds": 0.004}),
    ]
    ship_calls(writer, missed(1000), [offer, start, end, *again, *rest])
    (callback,) = select(writer, CALLBACKS)
    assert callback[1:4] == ("new", None, 2)
    assert place_in_line(writer) == 1001


@pytest.mark.parametrize("kind", ["message", "voicemail"])
def test_a_wordless_talk_before_a_message_leaves_the_owed_callback_open_with_count_and_place(
    writer: Connection, kind: str
) -> None:
    left = {"recording": "r", "kind": kind, "seconds": 9.0}
    message = [
        *wordless(2000)[:3],
        Entry("message_left", 2030, left),
        Entry("call_ended", 2031, {"outcome": kind, "by": "caller"}),
    ]
    ship_calls(writer, missed(1000), message)
    (callback,) = select(writer, CALLBACKS)
    assert callback[1:4] == ("new", None, 1)
    assert place_in_line(writer) == 1001


def test_a_talk_before_a_message_settles_what_was_missed(writer: Connection) -> None:
    left = {"recording": "r", "kind": "message", "seconds": 9.0}
    call = answered(2000)
    ship_calls(writer, missed(1000), [*call[:-1], Entry("message_left", 2090, left), call[-1]])
    (callback,) = select(writer, CALLBACKS)
    assert callback[1:3] == ("done", "answered_inbound")


def test_a_caller_who_wants_no_call_is_owed_none(writer: Connection) -> None:
    refused = [each for each in missed(1000) if each.kind != "callback_booked"]
    refused[-1].data["callback"] = "refused"
    ship_calls(writer, refused)
    assert select(writer, CALLBACKS) == []


def test_another_caller_settles_nothing(writer: Connection) -> None:
    ship_calls(writer, missed(1000), answered(2000, caller="+97699000000"))
    assert select(writer, CALLBACKS)[0].state == "new"


def test_a_miss_that_arrives_after_the_later_talk_is_settled_at_once(writer: Connection) -> None:
    ship(writer, "other", arrived(1, answered(2000), node="other"))
    ship(writer, "n", arrived(2, missed(1000)))
    (callback,) = select(writer, CALLBACKS)
    assert callback[1:4] == ("done", "answered_inbound", 1)


def test_an_earlier_talk_that_arrives_late_does_not_settle_a_later_miss(
    writer: Connection,
) -> None:
    ship(writer, "n", arrived(1, missed(2000)))
    ship(writer, "other", arrived(2, answered(1000), node="other"))
    assert select(writer, CALLBACKS)[0].state == "new"


@pytest.mark.parametrize("booked", [True, False])
@pytest.mark.parametrize("caller", [DORJ, None])
def test_who_dialled_a_number_that_nobody_owns_is_on_record_and_nobody_owes_a_call(
    writer: Connection, booked: bool, caller: str | None
) -> None:
    call = [each for each in missed(1000, caller) if booked or each.kind != "callback_booked"]
    ship(writer, "n", arrived(1, call, client=HOUSE))
    ship(writer, "n", arrived(2, missed(2000, caller), 10, client=HOUSE))
    for callback in select(writer, CALLBACKS):
        assert callback[:4] == (caller, "closed", "number_unassigned", 1)
    calls = select(writer, "SELECT outcome, callback_id::text FROM calls ORDER BY offered_at")
    assert calls == [("abandoned", call_name(1)), ("abandoned", call_name(2))]


def test_a_withheld_number_is_on_record_and_nobody_can_be_rung(writer: Connection) -> None:
    ship_calls(writer, missed(1000, caller=None), missed(2000, caller=None))
    for callback in select(writer, CALLBACKS):
        assert callback[:4] == (None, "closed", "number_withheld", 1)
    assert select(writer, "SELECT * FROM contacts") == []


def test_one_call_counts_once_however_often_it_books(writer: Connection) -> None:
    entries = missed(1000)
    ship_calls(writer, [*entries[:4], entries[3], entries[4]])
    assert select(writer, CALLBACKS)[0].misses == 1
