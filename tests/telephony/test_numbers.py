"""One number, however networks write it: as the number dialled, and as a caller's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.caller import caller_number
from ari_app.snapshot.reader import Route, Snapshot

NUMBER = "+97670110001"
WRITTEN = (
    "70110001",
    "97670110001",
    "+97670110001",
    "+976 7011-0001",
    "0097670110001",
    "00197670110001",
    "001197670110001",
    "070110001",
    "097670110001",
    "976070110001",
    "0011976070110001",
    "+976 (0) 7011-0001",
    "70110001;npdi;rn=99",
    "+97670110001;phone-context=+976",
    "tel:+97670110001",
    "tel:+97670110001;npdi;rn=99",
    "sip:70110001@192.0.2.1:5060",
    "sip:+97670110001;npdi@192.0.2.1;user=phone",
)


def snapshot() -> Snapshot:
    owner = {"client": "anu-clinic", "flow": "main", "national": "70110001"}
    house = {"version": "1", "clients": {}, "agents": {}, "numbers": {NUMBER: owner}}
    return Snapshot(Path("nowhere"), house)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_number_dialled_is_the_clients_however_it_is_written(written: str) -> None:
    assert snapshot().route(written) == Route(NUMBER, "anu-clinic", "main")


@pytest.mark.parametrize("written", WRITTEN)
def test_a_caller_is_the_same_caller_however_the_number_is_written(written: str) -> None:
    assert caller_number(written) == NUMBER


@pytest.mark.parametrize(
    "written", ["", "0", "00", "7011000", "0110001", "99;rn=70110001", "sip:x@70110001", "tel:"]
)
def test_what_only_looks_like_it_is_somebody_elses(written: str) -> None:
    assert snapshot().route(written) is None
    assert caller_number(written) != NUMBER


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("004915112345678", "+4915112345678"),
        ("00114915112345678", "+4915112345678"),
        ("12025550123", "+12025550123"),
        ("99112233;cpc=ordinary", "+97699112233"),
        ("0011101", "0011101"),  # no numbering plan knows it: its digits are kept
    ],
)
def test_callers_from_abroad_and_odd_ones_keep_their_number(written: str, number: str) -> None:
    assert caller_number(written) == number
