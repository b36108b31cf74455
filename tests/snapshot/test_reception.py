"""Whose call it is, by all that the network says of where it was to go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ari_app.flow.unassigned import HOUSE
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.reader import Snapshot
from ari_app.snapshot.reception import Received, receive

CLINIC, GARAGE, SHARED = "97670110001", "97699110000", "97670119999"
CALLER = "99112233"


def client(number: str) -> dict[str, Any]:
    return {
        "flows": {"main": {"revision": 1, "definition": {}}}, "calendars": {}, "queues": {},
        "timezone": "Asia/Ulaanbaatar", "language": "mn", "short_abandon_seconds": 5,
        "fallback_queue": None, "record": True, "name": number,
    }  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Snapshot:
    return Snapshot(
        tmp_path,
        {
            "version": "1",
            "agents": {},
            "clients": {"clinic": client(CLINIC), "garage": client(GARAGE)},
            "numbers": {
                f"+{CLINIC}": {"client": "clinic", "flow": "main", "national": CLINIC[3:]},
                f"+{GARAGE}": {"client": "garage", "flow": "main", "national": GARAGE[3:]},
            },
        },
    )


def received(house: Snapshot, told: str, raw: str = CALLER, name: str = "Bat") -> Received:
    return receive(house, Incoming.parse(told), raw, name, "mn")


@pytest.mark.parametrize(
    ("told", "whose"),
    [
        (f"{CLINIC},,,,,", "clinic"),
        (CLINIC, "clinic"),
        (f"001,{CLINIC},,,,", "clinic"),
        (f"001,001,{CLINIC},,,", "clinic"),
        (f"{CLINIC},{GARAGE},{GARAGE},{GARAGE},cfu,", "clinic"),
        (f"{SHARED},{SHARED},,{GARAGE},cfb,", "garage"),
        (f"{SHARED},{SHARED},,99110000,cfb,", "garage"),
        (f"{SHARED},,,{SHARED},cfb,", HOUSE),
        (",,,,,", HOUSE),
        ("", HOUSE),
        ("${X},<b>,';,--,DROP,yes,more,and,more", HOUSE),
    ],
)
def test_the_number_dialled_comes_first_and_the_one_that_forwarded_last(
    house: Snapshot, told: str, whose: str
) -> None:
    assert received(house, told).client == whose


@pytest.mark.parametrize(
    ("reason", "because"),
    [("cfb", "busy"), ("cfnr", "no_answer"), ("cfu", "always"), ("unknown", ""), ("", "")],
)
def test_a_forwarded_call_says_from_where_to_where_and_why(
    house: Snapshot, reason: str, because: str
) -> None:
    call = received(house, f"{SHARED},,,{GARAGE},{reason},")
    assert call.number == f"+{GARAGE}"
    assert (call.offered.dialled, call.offered.forwarded_from) == (SHARED, f"+{GARAGE}")
    assert call.offered.forwarded_because == because


def test_a_call_that_nobody_forwarded_says_nothing_of_it(house: Snapshot) -> None:
    offered = received(house, f"{CLINIC},{CLINIC},,,cfu,").offered
    assert (offered.dialled, offered.forwarded_from, offered.forwarded_because) == ("", "", "")


def test_who_withholds_the_number_is_nobody_to_us(house: Snapshot) -> None:
    offered = received(house, f"{CLINIC},,,,,withheld").offered
    assert (offered.caller_number, offered.caller_raw, offered.caller_name) == (None, "", "")
    shown = received(house, f"{CLINIC},,,,,").offered
    assert (shown.caller_number, shown.caller_raw) == (f"+976{CALLER}", CALLER)
