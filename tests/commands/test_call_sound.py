"""The line of time under a call, in both languages, and the same as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.commands.call_sound import CallSound
from ari_app.commands.texts import Texts
from ari_app.simulator.leg_file import SIP_TO_HOUSE, SIP_TO_OUTSIDE, TO_OUTSIDE, record

LOUD, SILENT = b"\x35\xb5" * 80, b"\xd5" * 160


def leg(folder: Path, pieces: str, lost: int = 0, answered: bool = True) -> Path:
    """A call of so many seconds: s sound, - silence, _ no packets."""
    at, number = 1000.0, lost

    def sip(kind: bytes, first: str, method: str) -> bytes:
        return record(kind, at, 0, f"{first}\r\nCSeq: 1 {method}".encode())

    records = [sip(SIP_TO_HOUSE, "INVITE sip:70110001@h SIP/2.0", "INVITE")]
    if answered:
        records.append(sip(SIP_TO_OUTSIDE, "SIP/2.0 200 OK", "INVITE"))
    for letter in pieces:
        for _ in range(50):
            if letter != "_":
                payload = LOUD if letter == "s" else SILENT
                head = b"\x80\x08" + number.to_bytes(2, "big") + bytes(4) + b"\0\0\0\1"
                records.append(record(TO_OUTSIDE, at, 0, head + payload))
                number += 1 + (lost and number == lost)
            at += 0.02
    records.append(sip(SIP_TO_HOUSE, "BYE sip:h SIP/2.0", "BYE"))
    file = folder / "a.leg"
    file.write_bytes(b"".join(records))
    return file


def told(file: Path, language: str = "en") -> list[str]:
    sound = CallSound.read(file)
    assert sound
    return sound.told(Texts(language))


def test_the_line_shows_sound_silence_and_nothing(tmp_path: Path) -> None:
    assert told(leg(tmp_path, "sss--s__s")) == [
        "When: 0 s ▮▮▮▯▯▮··▮ 9 s   (▮ sound, ▯ silence, · nothing at all; each is 1 s)",
        "Longest silence: 2.0 s, from second 3 on.",
    ]


def test_a_silence_of_more_than_three_seconds_is_named(tmp_path: Path) -> None:
    assert told(leg(tmp_path, "ss--__s"))[1] == (
        "The caller heard nothing for 4.0 s, from second 2 on: too long, "
        "unless it was the caller's turn to speak."
    )


def test_it_reads_in_mongolian(tmp_path: Path) -> None:
    line, sentence = told(leg(tmp_path, "ss--__s"), "mn")
    assert line == (
        "Хэзээ: 0 с ▮▮▯▯··▮ 7 с   (▮ дуутай, ▯ чимээгүй, · юу ч ирээгүй; тэмдэг бүр 1 с)"
    )
    assert sentence.startswith("Залгагч 2-р секундээс эхлэн 4.0 с юу ч сонссонгүй")


def test_a_long_call_has_a_line_that_still_fits(tmp_path: Path) -> None:
    (line, _) = told(leg(tmp_path, "s" * 150))
    assert "0 s " + "▮" * 30 + " 150 s" in line
    assert "each is 5 s" in line


def test_programs_read_the_same(tmp_path: Path) -> None:
    sound = CallSound.read(leg(tmp_path, "s-__s", lost=3))
    assert sound
    assert sound.as_json() == {
        "seconds": pytest.approx(5),
        "longest_silence_seconds": pytest.approx(3),
        "longest_silence_from": pytest.approx(1),
        "missing_packets": 1,
        "spans": [
            {"kind": "sound", "from": 0, "to": 1},
            {"kind": "silence", "from": 1, "to": 2},
            {"kind": "nothing", "from": 2, "to": 4},
            {"kind": "sound", "from": 4, "to": 5},
        ],
    }


def test_a_call_that_nobody_answered_has_no_line(tmp_path: Path) -> None:
    assert CallSound.read(leg(tmp_path, "", answered=False)) is None
    assert CallSound.read(tmp_path / "none.leg") is None
    assert CallSound.read(None) is None
