"""Asterisk's lines are read once each, and what they tell is kept until it is on record."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ari_app.journal.reconcile import Reconciled
from ari_app.store.database import transaction
from tests.journal.test_witness import BEGAN, House, event, house, linked, whole

pytestmark = pytest.mark.real
__all__ = ["house"]


def test_every_line_is_read_once_whatever_happens_to_the_file(house: House) -> None:
    count = "SELECT count(hung_up_at) FROM witness_calls"
    text = whole(1) + whole(2)
    house.write(text[:-20])  # Asterisk is in the middle of a line
    house.witness.read(house.connection)
    assert house.select(count) == [(2,)]
    assert house.select("SELECT count(over_at) FROM witness_calls") == [(1,)]
    house.write(text[-20:])
    house.witness.read(house.connection)
    assert house.select("SELECT count(over_at) FROM witness_calls") == [(2,)]
    house.write(whole(3))
    house.cel.rename(house.cel.with_name("cel.jsonl.1"))  # rotated before it was read
    house.write(whole(4))
    house.witness.read(house.connection)
    house.witness.read(house.connection)
    assert house.select(count) == [(4,)]
    house.cel.write_text(whole(5), encoding="utf-8")  # cut and written anew: the same inode
    house.witness.read(house.connection)
    assert house.select(count) == [(5,)]
    house.cel.unlink()
    assert house.witness.read(house.connection) == 0
    house.write(whole(6))
    house.witness.read(house.connection)
    assert house.select(count) == [(6,)]
    os.truncate(house.cel, 0)
    assert house.witness.read(house.connection) == 0


def test_what_is_on_record_is_forgotten_and_stays_so_when_the_file_is_read_again(
    house: House,
) -> None:
    house.write(whole(1) + event("CHAN_START", 2, BEGAN))
    house.reconcile()
    rows = "SELECT linked_id FROM witness_calls"
    house.reconcile()
    assert house.select(rows) == [(linked(2),)], "who is still here is not forgotten"
    with transaction(house.connection) as cursor:
        cursor.execute("DELETE FROM witness_files")
    assert house.reconcile(after=120) == Reconciled(0, 0)
    assert house.select(rows) == [(linked(2),)]
    house.reconcile(after=15 * 86400)
    assert house.select(rows) == [], "what cannot be settled is not kept for ever"


def test_a_long_file_is_read_to_its_end_before_a_later_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ari_app.journal.witness.MOST_LINES", 3)
    later = BEGAN + 100
    house.write("".join(event("CHAN_START", counter, BEGAN) for counter in range(5)))
    house.cel.rename(house.cel.with_name("cel.jsonl.1"))
    house.write("".join(event("CHAN_START", counter, later, began=later) for counter in range(2)))
    for _ in range(3):
        house.witness.read(house.connection)
    rows = house.select("SELECT linked_id, asterisk_at FROM witness_calls ORDER BY began_at")
    starts = [asterisk_at.timestamp() for _, asterisk_at in rows]
    assert starts == [BEGAN] * 5 + [later] * 2


lines = st.lists(
    st.builds(
        lambda kind, counter, after, context, detail: event(
            kind, counter, BEGAN + after, context=context,
            eventextra=f'{{"extra":"{detail}"}}' if detail else "",
        ),
        st.sampled_from(["CHAN_START", "HANGUP", "LINKEDID_END", "duudlaga_message_end"]),
        st.integers(0, 3),
        st.integers(0, 60),
        st.sampled_from(["intake", "offer", "last", "agents"]),
        st.sampled_from(["", "DTMF", "HANGUP"]),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=lines, data=st.data())
def test_lines_that_are_read_together_tell_the_same_as_one_by_one(
    house: House, told: list[str], data: st.DataObject
) -> None:
    def seen(parts: list[list[str]]) -> list[Any]:
        with transaction(house.connection) as cursor:
            for table in ("witness_calls", "witness_files", "asterisk_starts"):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (the test's own words)
        house.cel.write_text("")
        for part in parts:
            house.write("".join(part))
            house.witness.read(house.connection)
        return house.select(
            """SELECT witness_calls.*, asterisk_starts.began_at AS started_at, counter,
                      counter_second
               FROM witness_calls JOIN asterisk_starts USING (node) ORDER BY call_id"""
        )

    cuts = sorted(data.draw(st.sets(st.integers(1, len(told)))))
    parts = [told[a:b] for a, b in zip([0, *cuts], [*cuts, len(told)], strict=True)]
    assert seen(parts) == seen([told])


def test_hostile_names_arrive_and_stop_nothing(house: House) -> None:
    house.write(whole(1, name='\\","num":"110\x00') + "no line at all\n" + whole(2))
    assert house.reconcile() == Reconciled(entered=2, ended=0)
    (name,) = house.select("SELECT caller_name FROM calls WHERE caller_name <> 'Дорж'")[0]
    assert name == '\\","num":"110\ufffd'
