"""What counts as sound, and how long a silence was."""

from __future__ import annotations

import struct

import pytest

from tests.fault.heard import Heard
from tests.fault.media import is_audible


def _packet(kind: int, samples: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80, kind, 1, 160, 7) + samples


@pytest.mark.parametrize(
    ("kind", "samples", "audible"),
    [
        (8, b"\xd5" * 160, False),
        (0, b"\xff" * 160, False),
        (8, (b"\x9a" * 10 + b"\x1a" * 10) * 8, True),
        (0, (b"\x8f" * 10 + b"\x0f" * 10) * 8, True),
        (8, b"\xd5" * 150 + b"\x9a" * 10, False),
        (101, b"\x9a" * 160, False),
        (8, b"", False),
    ],
    ids=["silence", "µ-law silence", "a tone", "a µ-law tone", "a click", "no audio", "nothing"],
)
def test_sound_is_what_somebody_can_hear(kind: int, samples: bytes, audible: bool) -> None:
    assert is_audible(_packet(kind, samples)) is audible


def test_a_caller_who_hears_nothing_waits_in_silence_from_answer_to_end() -> None:
    assert Heard().longest_silence(10.0, 15.0) == 5.0


def test_the_longest_silence_may_be_the_first_the_last_or_one_between() -> None:
    heard = Heard()
    for at in (12.0, 12.1, 16.0, 16.1):
        heard.sound(at)
    assert heard.longest_silence(10.0, 17.0) == pytest.approx(3.9)
    assert heard.longest_silence(5.0, 17.0) == pytest.approx(7.0)
    assert heard.longest_silence(10.0, 21.0) == pytest.approx(4.9)


def test_silence_before_or_after_the_time_looked_at_does_not_count() -> None:
    heard = Heard()
    heard.sound(1.0)
    heard.sound(9.0)
    assert heard.longest_silence(4.0, 6.0) == 2.0
