"""Messages of the dialplan's last step that nobody but Asterisk knows of are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ari_app.flow.ids import call_id
from ari_app.store.database import Connection
from tests.journal.call_entries import CLIENT, offered
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
