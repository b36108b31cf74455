"""Which calls were refused before they had a channel, by copies of SIP messages."""

from __future__ import annotations

import socket
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.journal.refusals import SETTLED_SECONDS, Refusals, Refused
from ari_app.journal.sip_copy import SipCopy, unpack

HOUSE, TRUNK, STRANGER = ("192.0.2.1", 5160), ("198.51.100.7", 5060), ("203.0.113.9", 5060)
AT = 1_795_000_000.0
PCMA = "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000"
G729 = "m=audio 4000 RTP/AVP 18 101\r\na=rtpmap:101 telephone-event/8000"


def packet(text: str, source: tuple[str, int] = TRUNK, at: float = AT) -> bytes:
    """As res_hep of Asterisk 22.10.1 sends it, less the chunks that nobody reads."""
    chunks = {
        3: socket.inet_aton(source[0]), 7: source[1].to_bytes(2), 9: int(at).to_bytes(4),
        10: round(at % 1 * 1_000_000).to_bytes(4), 15: text.encode(),
    }  # fmt: skip
    body = b"".join(
        b"\0\0" + kind.to_bytes(2) + (len(value) + 6).to_bytes(2) + value
        for kind, value in chunks.items()
    )
    return b"HEP3" + (len(body) + 6).to_bytes(2) + body


def copy(text: str, source: tuple[str, int] = TRUNK, at: float = AT) -> SipCopy:
    found = unpack(packet(text, source, at))
    assert found is not None
    return found


def invite(media: str = G729, *more: str, call: str = "c1", to: str = "<sip:70110001@x>") -> str:
    lines = [
        "INVITE sip:70110001;npdi@192.0.2.1:5160 SIP/2.0",
        'From: "Bat" <sip:99112233@198.51.100.7>;tag=1', f"To: {to}", f"Call-ID: {call}",
        "CSeq: 1 INVITE", *more,
    ]  # fmt: skip
    return "\r\n".join(lines) + f"\r\n\r\nv=0\r\n{media}\r\n"


def answer(status: int, call: str = "c1", method: str = "INVITE") -> str:
    return f"SIP/2.0 {status} Words\r\nCall-ID: {call}\r\nCSeq: 1 {method}\r\n\r\n"


class Scene:
    def __init__(self) -> None:
        self.refusals = Refusals(HOUSE, (IPv4Network("198.51.100.0/24"),))

    def asks(self, text: str, source: tuple[str, int] = TRUNK, at: float = AT) -> None:
        assert self.refusals.hear(copy(text, source, at)) is None

    def is_answered(self, status: int, call: str = "c1", at: float = AT) -> Refused | None:
        return self.refusals.hear(copy(answer(status, call), HOUSE, at))


def test_a_refused_call_that_was_forwarded_is_the_clients_who_forwarded_it() -> None:
    scene = Scene()
    way = "<sip:+97699110000@x?Reason=SIP>;index=1, <sip:70119999@x;cause=302>;index=1.1"
    scene.asks(invite(G729, f"History-Info: {way}"))
    refused = scene.is_answered(488)
    assert refused is not None
    assert refused.incoming.forwarded_from == "97699110000"


@pytest.mark.parametrize(
    ("media", "reason"),
    [
        (G729, "it offers G729"),
        (PCMA.replace("RTP/AVP", "RTP/SAVP"), "it asks for encryption"),
        (PCMA.replace("RTP/AVP", "UDP/TLS/RTP/SAVPF"), "it asks for encryption"),
        ("m=audio 4 RTP/AVP 96 97\r\na=rtpmap:96 AMR/8000\r\na=rtpmap:97 iLBC/8000",
         "it offers AMR, iLBC"),
        ("m=audio 4 RTP/AVP 96\r\na=rtpmap:96 <b>/8000", "it offers no codec that we know"),
        ("m=video 4 RTP/AVP 96", "it offers no sound"),
    ],
)  # fmt: skip
def test_a_call_refused_for_its_sound_says_what_it_offers(media: str, reason: str) -> None:
    scene = Scene()
    scene.asks(invite(media))
    assert scene.is_answered(100) is None
    refused = scene.is_answered(488)
    assert refused is not None
    assert (refused.status, refused.sentence, refused.by_trunk) == (488, reason, True)
    assert (refused.caller_raw, refused.incoming.numbers) == ("99112233", ("70110001",))
    assert scene.is_answered(488) is None, "a repetition is no second call"


@pytest.mark.parametrize("status", [180, 200, 404, 486, 487, 603])
def test_a_call_that_has_a_channel_is_the_event_logs(status: int) -> None:
    scene = Scene()
    scene.asks(invite())
    assert scene.is_answered(status) is None
    assert scene.refusals.settle(AT + 60) == []


def test_a_refusal_within_a_call_refuses_no_call() -> None:
    scene = Scene()
    scene.asks(invite(PCMA))
    assert scene.is_answered(200) is None
    scene.asks(invite(to="<sip:70110001@x>;tag=2"))
    assert scene.is_answered(488) is None


def test_what_we_ourselves_ask_is_nobodys_call() -> None:
    scene = Scene()
    scene.asks(invite(), HOUSE)
    assert scene.refusals.hear(copy(answer(488), TRUNK)) is None


def test_a_caller_who_is_taken_for_an_agent_is_told_after_a_while() -> None:
    scene = Scene()
    scene.asks(invite().replace("sip:99112233@", "sip:agent-bold@"))
    assert scene.is_answered(401) is None
    assert scene.refusals.settle(AT + SETTLED_SECONDS) == []
    (refused,) = scene.refusals.settle(AT + SETTLED_SECONDS + 1)
    assert (refused.status, refused.caller_raw, refused.by_trunk) == (401, "agent-bold", True)
    assert scene.refusals.settle(AT + 100) == []


def test_an_agent_who_gives_the_password_is_no_refused_caller() -> None:
    scene = Scene()
    scene.asks(invite())
    assert scene.is_answered(401) is None
    scene.asks(invite(PCMA, 'Authorization: Digest username="agent-bold"'), at=AT + 0.1)
    assert scene.is_answered(200) is None
    assert scene.refusals.settle(AT + 100) == []


def test_strangers_are_known_as_such() -> None:
    scene = Scene()
    scene.asks(invite(), STRANGER)
    assert scene.is_answered(401) is None
    (refused,) = scene.refusals.settle(AT + 60)
    assert not refused.by_trunk


def test_who_withholds_the_number_is_not_named() -> None:
    scene = Scene()
    scene.asks(invite(G729, "P-Asserted-Identity: <sip:+97699112233@x>", "Privacy: id"))
    refused = scene.is_answered(488)
    assert refused is not None
    assert (refused.caller_raw, refused.incoming.withheld) == ("", True)


def test_a_forwarded_call_keeps_the_number_that_forwarded_it() -> None:
    scene = Scene()
    scene.asks(invite(G729, "Diversion: <sip:+97699110000@x>;reason=user-busy"))
    refused = scene.is_answered(488)
    assert refused is not None
    assert refused.incoming.forwarded_from == "97699110000"


def test_thousands_who_never_get_an_answer_are_forgotten() -> None:
    scene = Scene()
    for number in range(20_000):
        scene.asks(invite(call=f"c{number}"))
    scene.refusals.settle(AT + SETTLED_SECONDS + 1)
    scene.asks(invite(call="next"), at=AT + 20)
    assert scene.is_answered(488, "next") is not None


@given(st.binary(), st.text())
def test_nothing_that_somebody_sends_raises(noise: bytes, text: str) -> None:
    refusals = Scene().refusals
    for each in (noise, b"HEP3" + noise, packet(text), packet(invite(text, text))):
        found = unpack(each)
        if found is not None:
            refusals.hear(found)
            refusals.hear(copy(answer(488), HOUSE))
