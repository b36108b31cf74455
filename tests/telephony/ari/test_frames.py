"""Whatever Asterisk sends, however hostile the caller's name, the reader goes on."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ari_app.telephony.ari import Ari, ChannelDtmfReceived, Response, StasisStart
from ari_app.telephony.ari.frames import Frames
from tests.telephony.ari.fake_ari import FakeAri
from tests.telephony.ari.until import until

LONGEST_NAME = "Ө" * 39  # 78 bytes: Asterisk cuts names at 79


def started(name: str) -> dict[str, object]:
    channel = {"id": "1.1", "caller": {"name": name, "number": "99112233"}, "unheard_of": {}}
    return {"type": "StasisStart", "timestamp": "2026-11-22T08:46:55.851+0000", "channel": channel}


@pytest.fixture
def counts() -> Counter[str]:
    return Counter()


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "${SHELL(id)}", "'); DROP TABLE calls", "\u202eabc", "\ufffd",
     LONGEST_NAME, "", "\\u0000", 'a"b'],
)  # fmt: skip
def test_a_name_arrives_letter_by_letter(name: str, counts: Counter[str]) -> None:
    event = Frames(counts).decode(json.dumps(started(name)).encode())
    assert isinstance(event, StasisStart)
    assert event.channel.caller.name == name
    assert event.at == 1795337215.851


def test_a_caller_with_broken_bytes_in_the_name_is_a_caller_all_the_same(
    counts: Counter[str],
) -> None:
    frame = json.dumps(started("@")).encode().replace(b"@", b"\xd0\xff")
    event = Frames(counts).decode(frame)
    assert isinstance(event, StasisStart)
    assert event.channel.caller.name == "\ufffd\ufffd"
    assert counts["repaired_frames"] == 1


def test_an_event_of_a_newer_asterisk_is_counted_and_no_error(counts: Counter[str]) -> None:
    frames = Frames(counts)
    assert frames.decode(b'{"type":"ChannelTeleported","channel":{"id":"1.1"}}') is None
    assert counts == {"unknown_events": 1}


@pytest.mark.parametrize(
    "frame",
    [b"", b"nonsense", b"[]", b"{}", b'"text"', b'{"type":"StasisStart","channel":7}',
     b'{"type":"StasisStart"}', b'{"type":"StasisEnd","channel":{"id":"\\ud83d"}}', b"\xff\xfe"],
)  # fmt: skip
def test_a_frame_that_makes_no_sense_is_counted(frame: bytes, counts: Counter[str]) -> None:
    assert Frames(counts).decode(frame) is None
    assert counts["broken_frames"] == 1


def test_an_answer_is_told_from_an_event(counts: Counter[str]) -> None:
    answer = Frames(counts).decode(b'{"type":"RESTResponse","request_id":"7","status_code":204}')
    assert answer == Response("7", 204)
    assert answer.json() is None


async def test_events_are_told_in_order_between_nonsense_and_split_frames(
    ari: Ari, server: FakeAri
) -> None:
    digits: list[str] = []
    ari.on_event(lambda e: digits.append(e.digit) if isinstance(e, ChannelDtmfReceived) else None)
    for number in range(300):
        key = {"type": "ChannelDtmfReceived", "channel": {"id": "1.1"}, "digit": str(number % 10)}
        await server.send("duudlaga", key, "nonsense", {"type": "ChannelTeleported"})
    text = json.dumps({"type": "ChannelDtmfReceived", "channel": {"id": "1"}, "digit": "#"})
    await server.sockets["duudlaga"].send([text[:20], text[20:]])
    await until(lambda: len(digits) == 301)
    assert "".join(digits) == "0123456789" * 30 + "#"
    assert ari.counts["broken_frames"] == 300
    assert ari.counts["unknown_events"] == 300
