"""Prompts are spoken from text with real voices."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ari_app.flow.languages import LANGUAGES
from ari_app.media import speech
from ari_app.media.media_error import MediaError
from ari_app.media.programs import find_program, mongolian_voice_data
from ari_app.media.prompt_file import client_prompt, standard_prompt
from ari_app.media.prompt_import import import_prompt
from ari_app.media.sound import Sound, read_sound, speech_mark
from ari_app.media.speech import speak_client_prompt, speak_standard
from ari_app.media.standard import standard_texts
from ari_app.places import Places
from tests.media.conftest import loudness_at

pytestmark = pytest.mark.real

SHORT = {"goodbye": "Баяртай.", "numbers/5": "тав", "numbers/6": "зургаа"}


@pytest.fixture
def short_set(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A standard set of three prompts, so that most tests are quick."""
    texts = dict(SHORT)
    monkeypatch.setattr(speech, "standard_texts", lambda language: texts)
    monkeypatch.setattr(speech, "LANGUAGES", ("mn",))
    return texts


def sounds_like_speech(sound: Sound) -> bool:
    """Voices change in loudness many times a second and have their power below 1 kHz."""
    tenths = [sound.samples[n : n + 800] for n in range(0, len(sound.samples) - 800, 800)]
    powers = [sum(s * s for s in tenth) / 800 for tenth in tenths]
    changes = sum(max(a, b) > 2 * min(a, b) + 1 for a, b in itertools.pairwise(powers))
    low = max(loudness_at(sound.samples, hertz) for hertz in range(90, 900, 10))
    high = max(loudness_at(sound.samples, hertz) for hertz in range(3500, 3900, 10))
    return changes >= len(powers) / 5 and low > 3 * high


def test_the_whole_set_is_spoken_before_the_first_call(places: Places) -> None:
    heard: list[tuple[int, int]] = []
    wanted = sum(len(standard_texts(language)) for language in LANGUAGES)
    assert speak_standard(places, lambda done, all_: heard.append((done, all_))) == wanted
    assert heard[0] == (0, wanted)
    assert heard[-1] == (wanted, wanted)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    for language in LANGUAGES:
        for path, text in standard_texts(language).items():
            sound = read_sound(standard_prompt(places.home, language, path))
            assert 0.12 < sound.seconds < 0.25 * len(text) + 1, path
            assert max(sound.samples) > 5000, path
        assert sounds_like_speech(
            read_sound(standard_prompt(places.home, language, "sorry_record"))
        )
        assert standard_prompt(places.home, language, "beep").exists()
    assert speak_standard(places) == 0


def test_each_language_has_its_own_voice(places: Places) -> None:
    said = {}
    for language in LANGUAGES:
        assert speak_client_prompt(places, "anu", "welcome", language, "Radio 1")
        said[language] = read_sound(client_prompt(places.home, "anu", language, "welcome"))
        assert sounds_like_speech(said[language])
    assert len({sound.samples.tobytes() for sound in said.values()}) == len(LANGUAGES)


def test_a_text_changes_its_voice_at_a_tag(places: Places) -> None:
    texts = {"one": "Нэгийг дарна.", "two": "Press two.", "both": "Нэгийг дарна. [en] Press two."}
    seconds = {}
    for slug, text in texts.items():
        language = "en" if slug == "two" else "mn"
        speak_client_prompt(places, "anu", slug, language, text)
        seconds[slug] = read_sound(client_prompt(places.home, "anu", language, slug)).seconds
    assert seconds["both"] == pytest.approx(seconds["one"] + seconds["two"], abs=0.01)


def test_only_a_changed_text_is_spoken_again(places: Places, short_set: dict[str, str]) -> None:
    assert speak_standard(places) == 3
    before = standard_prompt(places.home, "mn", "numbers/5").stat().st_mtime_ns
    short_set["goodbye"] = "Баярлалаа. Баяртай."
    assert speak_standard(places) == 1
    assert standard_prompt(places.home, "mn", "numbers/5").stat().st_mtime_ns == before


@pytest.mark.usefixtures("short_set")
def test_an_interrupted_run_goes_on_where_it_was(places: Places) -> None:
    speak_standard(places)
    standard_prompt(places.home, "mn", "numbers/6").unlink()
    assert speak_standard(places) == 1


def test_a_human_recording_is_never_overwritten(
    places: Places, short_set: dict[str, str], tmp_path: Path
) -> None:
    person = Sound.tones((300, 0.5))
    person.write(standard_prompt(places.home, "mn", "goodbye"))
    assert speak_standard(places) == 2
    short_set["goodbye"] = "Өөр үгс."
    assert speak_standard(places) == 0
    assert read_sound(standard_prompt(places.home, "mn", "goodbye")).samples == person.samples

    person.write(tmp_path / "voice.wav")
    import_prompt(places, "anu", "welcome", "mn", tmp_path / "voice.wav")
    assert not speak_client_prompt(places, "anu", "welcome", "mn", "Сайн байна")
    assert speech_mark(client_prompt(places.home, "anu", "mn", "welcome")) is None


def test_a_text_that_looks_like_an_option_is_only_spoken(places: Places) -> None:
    speak_client_prompt(places, "anu", "odd", "en", "--version; $(id) `id` <b>hello</b>")
    assert read_sound(client_prompt(places.home, "anu", "en", "odd")).seconds > 1


@pytest.mark.parametrize(
    ("language", "text", "sentence"),
    [
        ("zh", "你好", "no voice speaks zh"),
        ("mn", "  ", "has no text"),
        ("mn", "Нэг " * 501, "has 2004 characters"),
        ("mn", "…", "no sound for"),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    places: Places, language: str, text: str, sentence: str
) -> None:
    with pytest.raises(MediaError, match=sentence):
        speak_client_prompt(places, "anu", "welcome", language, text)
    assert not client_prompt(places.home, "anu", language, "welcome").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_prompts_are_spoken_however_long_the_path_to_the_voices_is(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    folder = tmp_path / ("folder-" * 20) / ("folder-" * 20)
    folder.mkdir(parents=True)
    (folder / "parts").symlink_to(places.parts)
    (folder / "voice").symlink_to(mongolian_voice_data())
    monkeypatch.setattr(speech, "mongolian_voice_data", lambda: folder / "voice")
    far = places.model_copy(update={"parts": folder / "parts"})
    speak_client_prompt(far, "anu", "welcome", language, "1 2 3")
    assert read_sound(client_prompt(places.home, "anu", language, "welcome")).seconds > 0.5


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MediaError, match="ffmpeg is neither in"):
        find_program(tmp_path, "ffmpeg")


def test_speaking_leaves_nothing_behind_in_the_persons_folders(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """espeak-ng's sound library looks for PulseAudio at each start, and makes folders for it."""
    for name in ("HOME", "TMPDIR"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    speak_client_prompt(places, "anu", "welcome", "en", "Good day")
    assert [*(tmp_path / "HOME").iterdir(), *(tmp_path / "TMPDIR").iterdir()] == []
