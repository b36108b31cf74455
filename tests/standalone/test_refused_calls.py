"""A call that Asterisk refuses before it has a channel is on record all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from ari_app.flow.entries import Entry
from ari_app.journal import refusals
from ari_app.journal.refused_calls import RefusedCalls
from ari_app.journal.store import Journal
from ari_app.journal.tail import Tail
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.reader import Route
from ari_app.standalone.asterisk import node
from tests.standalone.lone_asterisk import LoneAsterisk
from tests.standalone.sip_line import SipLine

pytestmark = pytest.mark.real

ROUTE = Route("+97670110001", "anu-clinic", "main")
G729 = "m=audio 4 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"
SRTP = (
    "m=audio 4 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
    "inline:WnD7c1ksDGs+dIefCEo8omPg4uO8DYIinNGL5yxQ\r\n"
)

_AGENT = """
[agent-bold]
type = auth
auth_type = userpass
username = agent-bold
password = secret
[agent-bold]
type = aor
[agent-bold]
type = endpoint
auth = agent-bold
aors = agent-bold
context = agents
allow = alaw
"""


@pytest.fixture(scope="module")
def asterisk() -> Iterator[LoneAsterisk]:
    with LoneAsterisk() as lone:
        yield lone


@pytest.fixture
def heard(asterisk: LoneAsterisk, tmp_path: Path) -> Iterator[RefusedCalls]:
    settings = asterisk.settings
    with (
        Journal(tmp_path / "journal.db") as journal,
        RefusedCalls(
            settings.sip_copies,
            refusals.Refusals(asterisk.address, (IPv4Network("127.0.0.0/8"),)),
            journal,
            lambda incoming: ROUTE if "70110001" in incoming.numbers else None,
        ) as listening,
    ):
        yield listening


def entries(heard: RefusedCalls, seconds: float = 5.0) -> list[Entry]:
    until = time.monotonic() + seconds
    found: list[Any] = []
    while not found and time.monotonic() < until:
        time.sleep(0.05)
        heard.enter()
        with Tail(heard.journal.path) as tail:
            found = tail.after(0, 100)
    return [Entry(each.kind, each.at, each.data) for each in found]


@pytest.mark.parametrize(
    ("media", "reason", "sentence"),
    [(G729, "codec", "it offers G729"), (SRTP, "encryption", "it asks for encryption")],
)
def test_a_caller_whose_sound_we_cannot_take_is_on_record_and_owed_a_callback(
    asterisk: LoneAsterisk, heard: RefusedCalls, media: str, reason: str, sentence: str
) -> None:
    with SipLine(asterisk.address) as line:
        assert line.invite(media=media) == 488
    offered, booked, ended = entries(heard)
    assert offered.data["number"] == ROUTE.number
    assert offered.data["caller_number"] == "+97699112233"
    assert (booked.kind, booked.data["number"]) == ("callback_booked", "+97699112233")
    assert booked.data["reason"] == "refused"
    assert (ended.data["outcome"], ended.data["by"]) == ("refused", "pbx")
    assert (ended.data["reason"], ended.data["status"]) == (reason, 488)
    assert heard.counts == {"488": 1}
    assert heard.recent(time.time()).endswith(f"with 488: {sentence}")
    assert heard.recent(time.time() + 3601) == ""


def test_a_caller_who_is_taken_for_an_agent_is_on_record(
    asterisk: LoneAsterisk, heard: RefusedCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "SETTLED_SECONDS", 0.5)
    file = asterisk.settings.asterisk_etc / "pjsip.conf"
    file.write_text(file.read_text() + _AGENT)
    node(asterisk.settings).ask("module reload res_pjsip.so")
    with SipLine(asterisk.address) as line:
        assert line.invite(caller="<sip:agent-bold@192.0.2.1>") == 401
    offered, *_, ended = entries(heard)
    assert offered.data["caller_raw"] == "agent-bold"
    assert (ended.data["reason"], ended.data["status"]) == ("password", 401)


def test_a_call_that_is_taken_is_nobody_elses_record(
    asterisk: LoneAsterisk, heard: RefusedCalls
) -> None:
    with SipLine(asterisk.address) as line:
        assert line.invite() == 200
        line.hang_up()
    assert entries(heard, 2.0) == []


def test_what_nobody_owns_is_on_record_without_a_callback(
    asterisk: LoneAsterisk, heard: RefusedCalls
) -> None:
    with SipLine(asterisk.address) as line:
        assert line.invite(user="4711", media=G729) == 488
    assert [each.kind for each in entries(heard)] == ["call_offered", "call_ended"]
    assert Incoming.parse("4711").dialled == "4711"
