"""What a party heard, told from packets."""

from __future__ import annotations

from typing import Any

import pytest

from ari_app.simulator.g711 import PCMA, PCMU
from ari_app.simulator.hearing import Span, longest_silence, missing, spans
from ari_app.simulator.leg_file import Packet
from ari_app.simulator.loudness import is_audible, loudness

SILENT, LOUD = b"\xd5" * 160, b"\x35\xb5" * 80


def stream(*pieces: tuple[str, int], begin: float = 100.0) -> list[Packet]:
    """Packets: of ("s", 50) a second of sound, "-" silence, " " no packet though its number goes
    on, "_" none and no number."""
    packets = []
    at, sequence = begin, 65530
    for letter, count in pieces:
        for _ in range(count):
            if letter in "s-":
                payload = LOUD if letter == "s" else SILENT
                packets.append(Packet(at, sequence & 0xFFFF, 0, 1, PCMA, payload))
            sequence += letter != "_"
            at += 0.02
    return packets


def told(found: list[Span]) -> list[tuple[str, Any, Any]]:
    return [
        (span.kind, pytest.approx(span.begin, abs=1e-6), pytest.approx(span.end, abs=1e-6))
        for span in found
    ]


def test_sound_silence_and_nothing_are_told_apart() -> None:
    packets = stream(("_", 50), ("s", 100), ("-", 50), ("_", 150), ("s", 50))
    assert told(spans(packets, 100.0, 109.0)) == [
        ("nothing", 100.0, 101.0),
        ("sound", 101.0, 103.0),
        ("silence", 103.0, 104.0),
        ("nothing", 104.0, 107.0),
        ("sound", 107.0, 108.0),
        ("nothing", 108.0, 109.0),
    ]


def test_no_packets_at_all_are_one_span_of_nothing() -> None:
    assert told(spans([], 100.0, 105.0)) == [("nothing", 100.0, 105.0)]


def test_a_pause_between_words_is_part_of_the_sound() -> None:
    packets = stream(("s", 50), ("-", 8), ("s", 50))
    assert told(spans(packets, 100.0, 102.16)) == [("sound", 100.0, 102.16)]


def test_packets_that_come_in_a_bunch_leave_no_hole() -> None:
    packets = [Packet(100 + (index // 4) * 0.08, index, 0, 1, PCMA, LOUD) for index in range(100)]
    assert {span.kind for span in spans(packets, 100.0, 102.0)} == {"sound"}


def test_keys_are_no_sound() -> None:
    keys = [Packet(100 + index * 0.02, index, 0, 1, 101, b"\1\2\3\4") for index in range(100)]
    assert told(spans(keys, 100.0, 102.0)) == [("nothing", 100.0, 102.0)]


def test_the_longest_silence_goes_over_silence_and_nothing() -> None:
    heard = spans(stream(("s", 50), ("-", 50), ("_", 100), ("s", 50), ("-", 40)), 100.0, 105.8)
    longest = longest_silence(heard, 100.0, 105.8)
    assert longest.begin == pytest.approx(101.0)
    assert longest.end == pytest.approx(104.0)
    assert longest_silence(heard, 100.0, 102.5).seconds == pytest.approx(1.5)
    assert longest_silence(heard, 100.0, 101.0).seconds == pytest.approx(0, abs=1e-6)


def test_missing_packets_are_counted_over_the_turn_of_the_numbers() -> None:
    packets = stream(("s", 5), (" ", 3), ("s", 50), (" ", 1), ("s", 2))
    assert [gap.packets for gap in missing(packets)] == [3, 1]


def test_a_new_stream_begins_with_a_number_of_its_own() -> None:
    one = Packet(100.0, 5, 0, 1, PCMA, LOUD)
    assert missing([one, Packet(100.1, 900, 0, 2, PCMA, LOUD)]) == []


@pytest.mark.parametrize(("kind", "quiet"), [(PCMA, b"\xd5\x55" * 80), (PCMU, b"\xff\x7f" * 80)])
def test_the_quietest_steps_of_both_laws_are_a_silent_line(kind: int, quiet: bytes) -> None:
    assert not is_audible(kind, quiet)
    assert is_audible(kind, bytes(160))


def test_loudness_is_that_of_g711() -> None:
    assert loudness(PCMA, b"\xaa" * 160) == 32256.0
    assert loudness(PCMU, b"\x80" * 160) == 32124.0
