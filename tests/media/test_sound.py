"""Sounds are kept as the telephone carries them."""

from __future__ import annotations

import wave
from array import array
from pathlib import Path

import pytest

from ari_app.media.media_error import MediaError
from ari_app.media.sound import RATE, Sound, read_sound, speech_mark
from ari_app.media.wav_repair import repair_wav
from tests.media.conftest import loudness_at

TONE = Sound.tones((440, 0.5))


def test_silence_around_speech_is_cut_and_quiet_speech_made_louder() -> None:
    quiet = Sound(array("h", (s // 5 for s in Sound.tones((0, 1), (440, 1), (0, 2)).samples)))
    heard = quiet.trimmed().normalised()
    assert heard.seconds == pytest.approx(1.08, abs=0.03)
    assert max(heard.samples) > 2 * max(quiet.samples)


def test_the_loudest_peak_is_never_clipped() -> None:
    click = array("h", TONE.samples)
    click[100] = 32767
    assert max(Sound(click).normalised().samples) <= 29200


def test_a_file_of_ours_is_read_by_others_and_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "tone.wav"
    TONE.write(path, mark="abc")
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        assert file.getnframes() == len(TONE.samples)
    assert read_sound(path).samples == TONE.samples
    assert speech_mark(path) == "abc"
    assert [file.name for file in path.parent.iterdir()] == ["tone.wav"]


def test_a_persons_recording_has_no_mark(tmp_path: Path) -> None:
    words = array("h", [0] * 40) + array("h", b"duudlaga speech abc\0")
    Sound(words).write(tmp_path / "person.wav")
    assert speech_mark(tmp_path / "person.wav") is None


def test_another_form_of_wav_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(b"\0" * 64)
    with pytest.raises(MediaError, match=r"stereo\.wav is not 8 kHz"):
        read_sound(path)


def test_a_recording_of_a_killed_asterisk_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    TONE.write(path)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\0\0\0\0"
    path.write_bytes(bytes(content) + b"\1")  # and it died between the two bytes of a sample
    assert repair_wav(path)
    assert not repair_wav(path)
    with wave.open(str(path)) as file:
        assert file.getnframes() == len(TONE.samples)
    assert loudness_at(read_sound(path).samples, 440) > 0.2


def test_what_is_no_wav_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "note.wav"
    path.write_bytes(b"hello")
    with pytest.raises(MediaError, match=r"note\.wav is no WAV"):
        repair_wav(path)
    assert path.read_bytes() == b"hello"
