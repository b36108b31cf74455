"""Prompts are taken in from any sound file, and found for the caller's language."""

from __future__ import annotations

import time
import wave
from array import array
from pathlib import Path

import pytest

from ari_app.media import any_sound, prompt_import, prompts
from ari_app.media.media_error import MediaError
from ari_app.media.programs import run_ffmpeg
from ari_app.media.prompt_file import client_prompt, standard_prompt
from ari_app.media.prompt_import import import_prompt
from ari_app.media.prompts import forget, resolve
from ari_app.media.sound import RATE, Sound, read_sound
from ari_app.places import Places
from tests.media.conftest import loudness_at

TONE = Sound.tones((440, 1.0))


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    forget()


@pytest.mark.real
@pytest.mark.parametrize(
    "form", ["mp3", "ogg", "opus", "flac", "m4a", "webm", "aiff", "wav", "wma", "mka"]
)
def test_any_audio_format_becomes_a_prompt(places: Places, tmp_path: Path, form: str) -> None:
    TONE.write(tmp_path / "tone.wav")
    source = tmp_path / f"тавтай морил -i.{form}"
    tone: list[str | Path] = ["-i", tmp_path / "tone.wav", "-ar", "48000", "-ac", "2"]
    run_ffmpeg(places.parts, [*tone, source], timeout_seconds=20)
    kept = import_prompt(places, "anu", "welcome", "mn", source)
    assert kept.samples == read_sound(client_prompt(places.home, "anu", "mn", "welcome")).samples
    assert kept.seconds == pytest.approx(1.0, abs=0.15)
    assert loudness_at(kept.samples[800:7200], 440) > 10 * loudness_at(kept.samples[800:7200], 700)


@pytest.mark.real
def test_the_name_of_a_file_is_not_believed(places: Places, tmp_path: Path) -> None:
    TONE.write(tmp_path / "tone.wav")
    (tmp_path / "tone.wav").rename(tmp_path / "picture.png")
    assert import_prompt(places, "anu", "welcome", "mn", tmp_path / "picture.png").seconds > 0.9


@pytest.mark.real
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"voice\.mp3 is empty"),
        (b"this is a letter, no sound " * 99, r"voice\.mp3 is no sound but a text"),
        ("Сайн байна уу. ".encode() * 300, r"voice\.mp3 is no sound but a text"),
        (b"ffconcat version 1.0\nfile secret.wav\n", r"voice\.mp3 is no sound but a text"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.wav\n", "is no sound but a text"),
        (b"%PDF-1.7\n\x80\x81", r"voice\.mp3 is no sound but a PDF"),
        (b"PK\x03\x04" + bytes(500), r"voice\.mp3 is no sound but an archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), r"voice\.mp3 is no sound but a picture"),
        (b"RIFF", r"voice\.mp3 is no sound but a text"),
        (b"RIFF\x10\0\0\0WAVEfmt ", r"voice\.mp3 cannot be read as sound: it is damaged, or of a"),
        (bytes(range(256)) * 9, "of a kind that is not taken; WAV, MP3, OGG, M4A and FLAC are"),
    ],
)
def test_a_bad_upload_is_refused_in_a_sentence(
    places: Places, tmp_path: Path, content: bytes, sentence: str
) -> None:
    TONE.write(tmp_path / "secret.wav")
    (tmp_path / "voice.mp3").write_bytes(content)
    with pytest.raises(MediaError, match=sentence):
        import_prompt(places, "anu", "welcome", "mn", tmp_path / "voice.mp3")
    assert not client_prompt(places.home, "anu", "mn", "welcome").exists()


def two_sides(path: Path, left: Sound, right: Sound) -> Path:
    """Write a stereo file of two sounds of the same length."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        mixed = array("h", bytes(4 * len(left.samples)))
        mixed[0::2], mixed[1::2] = left.samples, right.samples
        file.writeframes(mixed.tobytes())
    return path


def quieter(sound: Sound, factor: float) -> Sound:
    return Sound(array("h", (round(sample * factor) for sample in sound.samples)))


@pytest.mark.real
def test_two_sides_that_cancel_each_other_are_heard(places: Places, tmp_path: Path) -> None:
    voice = Sound.tones((500, 1.0))
    file = two_sides(tmp_path / "phase.wav", voice, quieter(voice, -1))
    heard = import_prompt(places, "anu", "welcome", "mn", file)
    assert heard.seconds == pytest.approx(1.0, abs=0.2)
    assert heard.power() > 1e6


@pytest.mark.real
def test_a_voice_on_one_side_alone_is_heard(places: Places, tmp_path: Path) -> None:
    voice, nothing = Sound.tones((500, 1.0)), Sound(array("h", bytes(2 * RATE)))
    for name, sides in {"left": (voice, nothing), "right": (nothing, voice)}.items():
        heard = import_prompt(places, "anu", name, "mn", two_sides(tmp_path / "s.wav", *sides))
        assert heard.power() > 1e6


@pytest.mark.real
@pytest.mark.parametrize("decibels", [-36, -40])
def test_a_recording_of_low_level_is_taken_whole_and_made_louder(
    places: Places, tmp_path: Path, decibels: int
) -> None:
    """It begins and ends softly: a tenth of its own level."""
    peak = 32768 * 10 ** (decibels / 20)
    tones = [
        quieter(Sound.tones((500, s)), peak / 9000 * f)
        for s, f in ((0.4, 0.1), (1.0, 1), (0.4, 0.1))
    ]
    pause = array("h", bytes(RATE))
    whole = pause + tones[0].samples + tones[1].samples + tones[2].samples + pause
    Sound(whole).write(tmp_path / "low.wav")
    heard = import_prompt(places, "anu", "welcome", "mn", tmp_path / "low.wav")
    assert heard.seconds == pytest.approx(1.8, abs=0.15)
    assert max(map(abs, heard.samples)) > 5000


@pytest.mark.real
def test_silence_and_endless_sounds_are_refused(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Sound(array("h", [0] * 8000)).write(tmp_path / "silence.wav")
    with pytest.raises(MediaError, match="nothing but silence"):
        import_prompt(places, "anu", "welcome", "mn", tmp_path / "silence.wav")
    monkeypatch.setattr(any_sound, "LONGEST_SECONDS", 1)
    monkeypatch.setattr(prompt_import, "LONGEST_SECONDS", 1)
    Sound.tones((440, 3)).write(tmp_path / "long.wav")
    with pytest.raises(MediaError, match=r"long\.wav is longer than"):
        import_prompt(places, "anu", "welcome", "mn", tmp_path / "long.wav")
    with pytest.raises(MediaError, match="there is no file"):
        import_prompt(places, "anu", "welcome", "mn", tmp_path / "nowhere.wav")


def test_a_caller_hears_her_language_then_the_clients_then_any(tmp_path: Path) -> None:
    for language in ("en", "mn"):
        TONE.write(client_prompt(tmp_path, "anu", language, "welcome"))
    TONE.write(client_prompt(tmp_path, "anu", "en", "menu"))
    TONE.write(standard_prompt(tmp_path, "mn", "queue/position"))
    clients, standard = tmp_path / "prompts/clients/anu", tmp_path / "prompts/standard"
    assert resolve(tmp_path, "anu", "en", "client:welcome") == f"sound:{clients}/en/welcome"
    assert resolve(tmp_path, "anu", "ru", "client:welcome", "en") == f"sound:{clients}/en/welcome"
    assert resolve(tmp_path, "anu", "mn", "client:menu") == f"sound:{clients}/en/menu"
    position = f"sound:{standard}/mn/queue/position"
    assert resolve(tmp_path, "anu", "en", "standard:queue/position") == position
    assert resolve(tmp_path, "anu", "mn", "client:unknown") is None


@pytest.mark.parametrize(
    "item",
    [
        "client:../../other/mn/secret",
        "client:/etc/passwd",
        "client:welcome&tt-monkeys",
        "standard:../clients/other/mn/secret",
        "standard:queue//position",
        "sound:welcome",
        "client:",
        "",
        "client:wel\ncome",
    ],
)
def test_a_hostile_item_finds_nothing(tmp_path: Path, item: str) -> None:
    TONE.write(client_prompt(tmp_path, "other", "mn", "secret"))
    assert resolve(tmp_path, "anu", "mn", item) is None
    assert resolve(tmp_path, "../other", "mn", "client:secret") is None
    assert resolve(tmp_path, "other", "../mn", "client:secret", "..") is not None


def test_a_new_prompt_is_heard_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "FRESH_SECONDS", 0.05)
    assert resolve(tmp_path, "anu", "mn", "client:welcome") is None
    TONE.write(client_prompt(tmp_path, "anu", "mn", "welcome"))
    time.sleep(0.06)
    assert resolve(tmp_path, "anu", "mn", "client:welcome") is not None


def test_a_prompt_found_once_is_found_again_without_the_disk(tmp_path: Path) -> None:
    file = client_prompt(tmp_path, "anu", "mn", "welcome")
    TONE.write(file)
    found = resolve(tmp_path, "anu", "mn", "client:welcome")
    file.unlink()
    assert found is not None
    assert resolve(tmp_path, "anu", "mn", "client:welcome") == found
