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


def received(house: Snapshot, incoming: Incoming, raw: str = CALLER, name: str = "Bat") -> Received:
    return receive(house, incoming, raw, name, "mn")


@pytest.mark.parametrize(
    ("incoming", "whose"),
    [
        (Incoming.parse(CLINIC), "clinic"),
        (Incoming.told("001", to=f"<sip:{CLINIC}@x>"), "clinic"),
        (Incoming.told("001", to="<sip:001@x>", called=f"<sip:{CLINIC}@x>"), "clinic"),
        (
            Incoming.told(
                CLINIC, to=f"<sip:{GARAGE}@x>", diversion=f"<tel:{GARAGE}>;reason=user-busy"
            ),
            "clinic",
        ),
        (Incoming.told(SHARED, to=f"<sip:{SHARED}@x>", diversion=f"<tel:+{GARAGE}>"), "garage"),
        (Incoming.told(SHARED, diversion="<tel:99110000>"), "garage"),
        (Incoming.told(SHARED, diversion=f"<tel:{SHARED}>"), HOUSE),
        (Incoming.parse(",,,,,"), HOUSE),
        (Incoming.parse(""), HOUSE),
        (Incoming.parse("${X},<b>,';,--,DROP,yes,more,and,more"), HOUSE),
    ],
)
def test_the_number_dialled_comes_first_and_the_one_that_forwarded_last(
    house: Snapshot, incoming: Incoming, whose: str
) -> None:
    assert received(house, incoming).client == whose


def test_a_forwarded_call_says_from_where_to_where_and_why(house: Snapshot) -> None:
    incoming = Incoming.told(SHARED, diversion=f"<sip:+{GARAGE}@x>;reason=user-busy")
    call = received(house, incoming)
    assert call.number == f"+{GARAGE}"
    assert (call.offered.dialled, call.offered.forwarded_from) == (SHARED, f"+{GARAGE}")
    assert call.offered.forwarded_because == "busy"


def test_a_call_that_nobody_forwarded_says_nothing_of_it(house: Snapshot) -> None:
    offered = received(house, Incoming.told(CLINIC, to=f"<sip:{CLINIC}@x>")).offered
    assert (offered.dialled, offered.forwarded_from, offered.forwarded_because) == ("", "", "")


def test_who_withholds_the_number_is_nobody_to_us(house: Snapshot) -> None:
    offered = received(house, Incoming.told(CLINIC, withheld=True)).offered
    assert (offered.caller_number, offered.caller_raw, offered.caller_name) == (None, "", "")
    shown = received(house, Incoming(CLINIC)).offered
    assert (shown.caller_number, shown.caller_raw) == (f"+976{CALLER}", CALLER)


def test_the_caller_is_whom_the_network_asserts(house: Snapshot) -> None:
    offered = received(house, Incoming.told(CLINIC, asserted="<tel:88112233>"), "trunk").offered
    assert offered.caller_number == "+97688112233"
