"""What is told of the packets that a party got."""

from __future__ import annotations

from array import array
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from ari_app.simulator.g711 import PCMA, PCMU, decode, encode
from ari_app.simulator.known_sounds import KnownSounds
from ari_app.simulator.playing import playings
from ari_app.simulator.recognition import Span, recognise
from ari_app.simulator.tone import share
from tests.simulator.wave import file, noise, packets, tone

A = noise(1, 8000)
B = noise(2, 4850)
"""Not a whole number of packets: 30 and a half-empty one."""
SILENCE = array("h", bytes(2 * 3200))
QUIET_START = SILENCE + noise(3, 4000)
SAME_START = A[:4000] + noise(4, 1600)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> KnownSounds:
    folder: Path = tmp_path_factory.mktemp("sounds")
    all_of_them = {"a": A, "b": B, "a-again": A, "quiet": QUIET_START, "like-a": SAME_START}
    return KnownSounds(dict(file(folder, name, samples) for name, samples in all_of_them.items()))


def told(spans: list[Span]) -> list[tuple[str, int, int]]:
    """The name of each span, and its part of the file, or its whole milliseconds."""
    return [
        (span.name, span.first, span.last)
        if span.sound
        else (span.name, 0, round(span.seconds * 50))
        for span in spans
    ]


@pytest.mark.parametrize("kind", [PCMA, PCMU])
def test_a_file_is_told_from_its_first_packet_to_its_last(sounds: KnownSounds, kind: int) -> None:
    spans = recognise(packets(A, 5.0, kind), sounds)
    assert told(spans) == [("a", 0, 8000)]
    assert (spans[0].begin, spans[0].packets, spans[0].missing) == (5.0, 50, 0)
    assert spans[0].end == pytest.approx(6.0)
    assert playings(spans)[0].is_whole


def test_a_file_behind_half_a_packet_is_found_off_its_blocks(
    sounds: KnownSounds,
) -> None:
    spans = recognise(packets(B + A), sounds)
    assert told(spans) == [("b", 0, 4850), ("a", 0, 7950)]
    assert all(each.is_whole for each in playings(spans))


def test_a_file_without_its_last_bytes_is_whole_and_one_cut_by_a_key_is_not(
    sounds: KnownSounds,
) -> None:
    short, _ = playings(recognise(packets(A[:7900] + B), sounds))
    assert short.is_whole
    (cut,) = playings(recognise(packets(A[:4800]), sounds))
    assert cut.cut_at_seconds == pytest.approx(0.6)


def test_silence_at_the_beginning_of_a_file_is_the_files(sounds: KnownSounds) -> None:
    line = array("h", bytes(2 * 1600))
    assert told(recognise(packets(A + line + QUIET_START), sounds)) == [
        ("a", 0, 8000),
        ("silence", 0, 10),
        ("quiet", 0, 7200),
    ]


def test_of_files_that_begin_alike_the_one_is_told_that_goes_on(sounds: KnownSounds) -> None:
    assert told(recognise(packets(SAME_START), sounds)) == [("like-a", 0, 5600)]
    assert told(recognise(packets(A), sounds)) == [("a", 0, 8000)]


def test_packets_that_are_missing_are_counted_and_the_file_goes_on(sounds: KnownSounds) -> None:
    stream = packets(A, first=65520)
    del stream[20:23]
    (span,) = recognise([*stream[:30], stream[29], *stream[30:]], sounds)
    assert (span.first, span.last, span.packets, span.missing) == (0, 8000, 47, 3)


def test_no_packets_are_nothing_and_a_file_that_goes_on_afterwards_is_one_playing(
    sounds: KnownSounds,
) -> None:
    stream = packets(A)
    stream[25:] = [replace(each, at=each.at + 0.4) for each in stream[25:]]
    spans = recognise(stream, sounds)
    assert told(spans) == [("a", 0, 4000), ("nothing", 0, 20), ("a", 4000, 8000)]
    assert [each.is_whole for each in playings(spans)] == [True]


def test_a_file_that_begins_again_was_heard_twice(sounds: KnownSounds) -> None:
    heard = playings(recognise(packets(A[:4800] + A), sounds))
    assert [(each.is_from_the_start, each.is_whole) for each in heard] == [
        (True, False),
        (True, True),
    ]


def test_voices_are_told_apart_by_their_pitch_in_either_coding(sounds: KnownSounds) -> None:
    talk = packets(A) + packets(tone(440, 3200), 1.0, first=50)
    talk += packets(tone(600, 3200), 1.4, PCMU, first=70)
    talk += packets(noise(9, 1600), 1.8, first=90)
    assert told(recognise(talk, sounds)) == [
        ("a", 0, 8000),
        ("440 Hz", 0, 20),
        ("600 Hz", 0, 20),
        ("sound", 0, 10),
    ]


def test_a_voice_is_found_within_others() -> None:
    both = array("h", (one + two for one, two in zip(tone(450, 160), tone(700, 160), strict=True)))
    heard = decode(PCMA, encode(PCMA, both))
    assert share(heard, 450) == pytest.approx(0.5, abs=0.05)
    assert share(heard, 700) == pytest.approx(0.5, abs=0.05)
    assert share(heard, 1000) < 0.05


def test_a_core_tells_thirty_thousand_packets_a_second(sounds: KnownSounds) -> None:
    stream = packets((A + tone(440, 8000)) * 40)
    recognise(stream, sounds)
    begin = process_time()
    assert len(recognise(stream, sounds)) == 80
    assert len(stream) / (process_time() - begin) > 30_000
