"""What the ear wrote down and what the journal says are brought together, call by call."""

from __future__ import annotations

import time
from array import array
from pathlib import Path
from random import Random

import pytest

from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal
from ari_app.media.sound import Sound, read_sound
from ari_app.settings import Settings
from ari_app.simulator.g711 import PCMA, encode
from ari_app.simulator.leg_file import (
    SIP_TO_HOUSE,
    SIP_TO_OUTSIDE,
    TO_HOUSE,
    TO_OUTSIDE,
    leg_file,
    record,
)
from tests.call import listening
from tests.call.listening import VOICES, listen


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with one prompt of two seconds, in which nobody waits for the ear."""
    monkeypatch.setattr(listening, "WRITE_SECONDS", 0)
    settings = Settings.load(home=tmp_path / "home")
    settings.heard.mkdir(parents=True)
    noise = Random(1)  # noqa: S311 - the same in every run
    prompt = Sound(array("h", (noise.randint(-9000, 9000) for _ in range(16000))))
    (settings.standard_prompts / "en").mkdir(parents=True)
    prompt.write(settings.standard_prompts / "en/hello.wav", mark="test")
    return settings


def blocks(sound: Sound) -> list[bytes]:
    coded = encode(PCMA, sound.samples)
    return [coded[start : start + 160] for start in range(0, len(coded) - 159, 160)]


def leg(
    settings: Settings, begin: float, caller: str, callee: str, hears: list[bytes], *, rung: bool
) -> None:
    """A leg that is answered at once, and speaks as long as it hears; b"" is no packet."""
    invite, answer = (SIP_TO_OUTSIDE, SIP_TO_HOUSE) if rung else (SIP_TO_HOUSE, SIP_TO_OUTSIDE)
    speaks = blocks(Sound.tones((VOICES[callee if rung else "caller"], 0.02)))[0]

    def sip(kind: bytes, at: float, first: str, method: str) -> bytes:
        head = f"{first}\r\nFrom: <sip:{caller}@h>;tag=1\r\nCSeq: 1 {method}"
        return record(kind, at, 0, head.encode())

    data = [sip(invite, begin, f"INVITE sip:{callee}@h SIP/2.0", "INVITE")]
    data.append(sip(answer, begin, "SIP/2.0 200 OK", "INVITE"))
    for number, payload in enumerate(hears):
        at, head = begin + number * 0.02, b"\x80\x08" + number.to_bytes(2, "big") + bytes(8)
        data.append(record(TO_HOUSE, at, 0, head + speaks))
        if payload:
            data.append(record(TO_OUTSIDE, at, 0, head + payload))
    data.append(sip(invite, begin + len(hears) * 0.02, "BYE sip:h SIP/2.0", "BYE"))
    leg_file(settings.heard, f"{caller}-{callee}").write_bytes(b"".join(data))


def told(settings: Settings, call: str, *entries: Entry) -> None:
    with Journal(settings.journal) as journal:
        journal.append_entries(call, "anu-clinic", list(entries))


def offered(at: float, caller: str) -> Entry:
    return Entry("call_offered", at, {"caller_raw": caller})


def test_a_caller_who_hears_the_prompt_and_then_nothing(settings: Settings) -> None:
    now = time.time()
    hello = blocks(read_sound(settings.standard_prompts / "en/hello.wav"))
    leg(settings, now, "99000001", "70110001", hello + [b""] * 200, rung=False)
    told(
        settings,
        "one",
        offered(now, "99000001"),
        Entry("prompt_played", now, {"items": ["standard:hello"]}),
        Entry("queue_joined", now + 2, {"queue": "desk"}),
    )
    wrong = listen(settings, now - 1)
    assert [sentence.partition(": ")[2].partition(",")[0] for sentence in wrong] == [
        "caller hears nothing for 4.0 s",
        "caller gets no packets for 4.0 s",
    ]
    assert wrong[0].startswith("call one of 99000001: ")
    assert listen(settings, now - 1, silent_seconds=5.0) == []


def test_a_prompt_that_is_cut(settings: Settings) -> None:
    now = time.time()
    hello = blocks(read_sound(settings.standard_prompts / "en/hello.wav"))
    music = blocks(Sound.tones((333.0, 3.0)))
    leg(settings, now, "99000001", "70110001", hello[:50] + music, rung=False)
    told(settings, "one", offered(now, "99000001"), Entry("prompt_played", now, {"items": []}))
    (wrong,) = listen(settings, now - 1)
    assert "the prompt en/hello is cut off at second 1.0" in wrong


def test_an_agent_who_is_heard_by_another_caller(settings: Settings) -> None:
    now = time.time()
    bold = blocks(Sound.tones((VOICES["bold"], 3.0)))
    caller = blocks(Sound.tones((VOICES["caller"], 3.0)))
    leg(settings, now, "99000001", "70110001", bold, rung=False)
    leg(settings, now, "99000002", "70110001", bold, rung=False)
    leg(settings, now, "99000001", "bold", caller, rung=True)
    talk = {"leg": "a", "agent": "bold"}
    told(
        settings,
        "one",
        offered(now, "99000001"),
        Entry("agent_ringing", now, talk),
        Entry("talk_started", now, talk),
        Entry("talk_ended", now + 3, talk),
    )
    told(settings, "two", offered(now, "99000002"))
    wrong = listen(settings, now - 1)
    assert [sentence.rpartition(" at")[0] for sentence in wrong] == [
        "call two of 99000002: caller hears bold for 3.0 s"
    ]
