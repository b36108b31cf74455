"""Recordings as people have them: each becomes a whole prompt of the usual level."""

from __future__ import annotations

import math
import struct
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from ari_app.media.any_sound import LONGEST_SECONDS
from ari_app.media.media_error import MediaError
from ari_app.media.programs import run_ffmpeg
from ari_app.media.prompt_import import import_prompt
from ari_app.media.prompts import forget
from ari_app.media.sound import Sound
from ari_app.places import Places
from tests.media.conftest import loudness_at

pytestmark = pytest.mark.real

HERTZ = 440.0
PCM, FLOAT, ULAW, EXTENSIBLE = 1, 3, 7, 0xFFFE


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    forget()


def tone(
    rate: int = 8000, seconds: float = 1.0, level: float = 0.3, offset: float = 0.0
) -> list[float]:
    """A tone between -1 and 1, with what lies beyond."""
    step = 2 * math.pi * HERTZ / rate
    return [offset + level * math.sin(step * n) for n in range(int(rate * seconds))]


def pause(seconds: float, offset: float = 0.0) -> list[float]:
    return [offset] * int(8000 * seconds)


def as_pcm(samples: Sequence[float]) -> bytes:
    """16 bits; what is too loud is clipped."""
    return array("h", (round(32767 * max(-1.0, min(1.0, each))) for each in samples)).tobytes()


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def form(channels: int = 1, rate: int = 8000, bits: int = 16, kind: int = PCM) -> bytes:
    block = channels * bits // 8
    return struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, bits)


def wav(
    data: bytes,
    given: bytes | None = None,
    before: bytes = b"",
    after: bytes = b"",
    said: int | None = None,
) -> bytes:
    """A WAV file whose header says that there are ``said`` bytes of sound."""
    size = struct.pack("<I", len(data) if said is None else said)
    body = chunk(b"fmt ", given or form()) + before + b"data" + size + data + after
    whole = len(body) + 4 if said is None else (said + 36) % 2**32
    return b"RIFF" + struct.pack("<I", whole) + b"WAVE" + body


def many_channels(count: int, speaking: Sequence[int]) -> bytes:
    """48 kHz, with the tone on some of the channels."""
    frames = array("h")
    for sample in array("h", as_pcm(tone(48_000))):
        frames.extend(sample if channel in speaking else 0 for channel in range(count))
    return wav(frames.tobytes(), form(channels=count, rate=48_000))


SOUND = as_pcm(tone())
EXTENDED = struct.pack("<HHIIHHHHI", EXTENSIBLE, 1, 8000, 16_000, 2, 16, 22, 16, 4)
EXTENDED += bytes.fromhex("0100000000001000800000aa00389b71")
LIST = b"INFOICMT" + struct.pack("<I", 400) + b"\x7f\x80" * 200

KINDS = {
    "clipped": wav(as_pcm(tone(level=3.0))),
    "8 bits": wav(bytes(128 + round(127 * each) for each in tone()), form(bits=8)),
    "24 bits": wav(
        b"".join(struct.pack("<i", round(each * 2**31))[1:] for each in tone()), form(bits=24)
    ),
    "32 bits": wav(b"".join(struct.pack("<i", round(each * 2**31)) for each in tone()),
                   form(bits=32)),
    "float": wav(struct.pack("<8000f", *tone()), form(bits=32, kind=FLOAT)),
    "double": wav(struct.pack("<8000d", *tone()), form(bits=64, kind=FLOAT)),
    "louder than full scale": wav(struct.pack("<8000f", *tone(level=4.0)),
                                  form(bits=32, kind=FLOAT)),
    "what is no number": wav(struct.pack("<8000f", *[math.nan, math.inf, *tone()[2:]]),
                             form(bits=32, kind=FLOAT)),
    "extensible": wav(SOUND, EXTENDED),
    "a list before": wav(SOUND, before=chunk(b"LIST", LIST)),
    "a list after": wav(SOUND, after=chunk(b"LIST", LIST)),
    "a broadcaster's chunk": wav(SOUND, before=chunk(b"bext", bytes(603)) + chunk(b"junk", b"abc")),
    "a size of nothing": wav(SOUND, said=0),
    "a size without end": wav(SOUND, said=0xFFFFFFFF),
    "a size too large": wav(SOUND, said=999_998),
    "a size too small": wav(SOUND, said=4000),
    "5.1, all": many_channels(6, range(6)),
    "5.1, the middle": many_channels(6, [2]),
    "5.1, a side": many_channels(6, [4]),
    "stereo": many_channels(2, [0, 1]),
    "three channels": many_channels(3, [0, 1, 2]),
}  # fmt: skip


def imported(places: Places, folder: Path, content: bytes, name: str = "voice.wav") -> Sound:
    (folder / name).write_bytes(content)
    return import_prompt(places, "anu", "welcome", "mn", folder / name)


def assert_whole(heard: Sound, seconds: float = 1.0, tolerance: float = 0.06) -> None:
    """The tone, and hardly anything beside it, is there from beginning to end at -18 dB."""
    assert heard.seconds == pytest.approx(seconds, abs=tolerance)
    middle = heard.samples[800:7200]
    loud = math.sqrt(Sound(middle).power())
    assert loud == pytest.approx(4100, rel=0.06)
    assert abs(sum(heard.samples) / len(heard.samples)) < 40, "an offset"
    assert loudness_at(middle, HERTZ) * 32768 / loud > 0.9 * loudness_of_a_tone(middle)


def loudness_of_a_tone(samples: Sequence[int]) -> float:
    """What `loudness_at` says of a pure tone whose root mean square is 1."""
    pure = Sound.tones((HERTZ, len(samples) / 8000)).samples
    return loudness_at(pure, HERTZ) * 32768 / math.sqrt(Sound(pure).power())


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_of_any_kind_is_kept_whole(places: Places, tmp_path: Path, kind: str) -> None:
    assert_whole(imported(places, tmp_path, KINDS[kind]))


@pytest.mark.parametrize("rate", [11_025, 16_000, 22_050, 32_000, 44_100, 96_000, 192_000])
def test_a_recording_at_any_rate_is_kept_whole(places: Places, tmp_path: Path, rate: int) -> None:
    assert_whole(imported(places, tmp_path, wav(as_pcm(tone(rate)), form(rate=rate))))


@pytest.mark.parametrize("ending", ["mp3", "ogg", "opus", "m4a", "flac", "aac", "aiff", "caf"])
def test_what_phones_and_studios_send_is_kept_whole(
    places: Places, tmp_path: Path, ending: str
) -> None:
    plain, source = tmp_path / "plain.wav", tmp_path / f"voice.{ending}"
    plain.write_bytes(wav(as_pcm(tone(44_100, 2.0)), form(rate=44_100)))
    run_ffmpeg(places.parts, ["-i", plain, source], timeout_seconds=20)
    assert_whole(import_prompt(places, "anu", "welcome", "mn", source), 2.0, 0.12)


@pytest.mark.parametrize("offset", [-0.4, 0.02, 0.4])
def test_an_offset_is_taken_out_and_silence_cut_all_the_same(
    places: Places, tmp_path: Path, offset: float
) -> None:
    """Cheap sound cards put the silent line beside zero, at a level that counts as loud."""
    whole = [*pause(1, offset), *tone(offset=offset), *pause(1, offset)]
    assert_whole(imported(places, tmp_path, wav(as_pcm(whole))), tolerance=0.15)


def test_an_offset_alone_is_silence(places: Places, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"voice\.wav holds nothing but silence"):
        imported(places, tmp_path, wav(as_pcm(pause(1, 0.2))))


def test_a_wav_without_a_sample_is_refused(places: Places, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"voice\.wav holds nothing but silence"):
        imported(places, tmp_path, wav(b""))


def test_what_is_too_high_for_the_telephone_does_not_come_back_lower(
    places: Places, tmp_path: Path
) -> None:
    step = 2 * math.pi * 7000 / 44_100
    high = [0.3 * math.sin(step * n) for n in range(44_100)]
    both = [one + other for one, other in zip(tone(44_100), high, strict=True)]
    heard = imported(places, tmp_path, wav(as_pcm(both), form(rate=44_100)))
    middle = heard.samples[800:7200]
    assert loudness_at(middle, 1000) < 0.003 * loudness_at(middle, HERTZ)


@pytest.mark.parametrize(("seconds", "taken"), [(599, True), (601, False)])
def test_ten_minutes_are_taken_and_more_is_refused(
    places: Places, tmp_path: Path, seconds: int, taken: bool
) -> None:
    """And within seconds: the work grows with the length, not with its square."""
    content = wav(SOUND * seconds)
    began = time.process_time()
    if taken:
        assert imported(places, tmp_path, content).seconds == pytest.approx(seconds, abs=0.1)
        assert time.process_time() - began < 30
        return
    with pytest.raises(MediaError, match=rf"voice\.wav is longer than {LONGEST_SECONDS // 60} min"):
        imported(places, tmp_path, content)
