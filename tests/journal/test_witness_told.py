"""What the dialplan tells of a call reaches a record that nobody else wrote."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from ari_app.journal.reconcile import Reconciled
from tests.journal.call_entries import CLIENT
from tests.journal.test_witness import BEGAN, NUMBER, House, event, house

__all__ = ["house"]
pytestmark = pytest.mark.real


def test_a_forwarded_call_that_nobody_took_in_finds_its_client(house: House) -> None:
    diversion = quote("<tel:97670110001>;reason=user-busy")
    told = f'{{"extra":"97670119999,,,,{diversion},,,"}}'
    house.write(
        event("CHAN_START", 1, BEGAN, exten="70119999")
        + event("duudlaga_call", 1, BEGAN, context="offer", exten="s", eventextra=told)
    )
    house.witness.read(house.connection)  # the end comes later, as it does in a long call
    house.write(event("LINKEDID_END", 1, BEGAN + 20, context="offer", exten="s"))
    assert house.reconcile() == Reconciled(entered=1, ended=0)
    (offered,) = house.select("SELECT client_id, data FROM entries WHERE kind = 'call_offered'")
    assert offered.client_id == CLIENT
    assert offered.data["number"] == NUMBER
    assert offered.data["dialled"] == "97670119999"
    assert offered.data["forwarded_from"] == f"+{NUMBER}"
    assert offered.data["forwarded_because"] == "busy"


def test_who_withheld_the_number_is_not_called_back_by_it(house: House) -> None:
    """The first line has the number all the same: of what follows, the dialplan took it away."""
    told = f'{{"extra":"{NUMBER},withheld,,,,,,"}}'
    house.write(event("CHAN_START", 1, BEGAN))
    house.witness.read(house.connection)
    house.write(
        event("duudlaga_call", 1, BEGAN, context="offer", num="", name="", eventextra=told)
        + event("LINKEDID_END", 1, BEGAN + 20, context="offer", num="", name="")
    )
    house.reconcile()
    assert house.select("SELECT caller, caller_raw, caller_name FROM calls") == [(None, "", "")]
    assert house.select("SELECT number FROM callbacks WHERE state = 'open'") == []
