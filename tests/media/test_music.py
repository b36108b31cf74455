"""Who waits hears music at once, and never for long nothing."""

from __future__ import annotations

import os
from array import array
from itertools import groupby
from pathlib import Path

import pytest

from ari_app.media.music import HEARD, LONGEST_QUIET_SECONDS, prepare_music, without_quiet
from ari_app.media.sound import RATE, Sound, read_sound
from ari_app.places import Places


def quiet_stretches(sound: Sound) -> list[float]:
    """The seconds of each stretch of 20 ms blocks that nobody hears."""
    size = RATE // 50
    blocks = [sound.samples[n : n + size] for n in range(0, len(sound.samples), size)]
    quiet = (max(map(abs, block)) < HEARD for block in blocks)
    return [len(list(same)) / 50 for silent, same in groupby(quiet) if silent]


def test_what_nobody_hears_is_cut_at_both_ends_and_shortened_between() -> None:
    faint = array("h", (s // 100 for s in Sound.tones((440, 2)).samples))
    heard = Sound.tones((440, 1)).samples
    music = without_quiet(Sound(faint + heard + faint + heard + faint))
    assert music.samples[: RATE // 2] == heard[: RATE // 2]
    assert quiet_stretches(music) == pytest.approx([LONGEST_QUIET_SECONDS], abs=0.03)
    assert music.seconds == pytest.approx(2 + LONGEST_QUIET_SECONDS, abs=0.05)


def test_short_rests_of_music_stay_as_they_are() -> None:
    music = Sound.tones((440, 1), (0, 0.3), (440, 1))
    assert without_quiet(music).samples == music.samples


def test_silence_alone_leaves_nothing() -> None:
    assert without_quiet(Sound.tones((0, 3))).seconds == 0


def test_files_are_prepared_once_and_anew_when_the_music_changes(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    Sound.tones((0, 1), (440, 1)).write(source / "a.wav")
    Sound.tones((440, 1)).write(target / "gone.wav")
    prepare_music(source, target)
    assert [file.name for file in target.iterdir()] == ["a.wav"]
    assert read_sound(target / "a.wav").seconds == pytest.approx(1, abs=0.03)
    first = (target / "a.wav").stat().st_ino
    prepare_music(source, target)
    assert (target / "a.wav").stat().st_ino == first
    Sound.tones((0, 1), (440, 2)).write(source / "a.wav")
    later = (target / "a.wav").stat().st_mtime + 5
    os.utime(source / "a.wav", (later, later))
    prepare_music(source, target)
    assert read_sound(target / "a.wav").seconds == pytest.approx(2, abs=0.03)


@pytest.mark.real
def test_asterisks_own_music_is_heard_all_the_time(places: Places, tmp_path: Path) -> None:
    prepare_music(places.parts / "asterisk" / "usr/share/asterisk/moh", tmp_path / "music")
    files = sorted((tmp_path / "music").iterdir())
    assert files
    for file in files:
        music = read_sound(file)
        assert max(map(abs, music.samples[: RATE // 50])) >= HEARD, file.name
        assert max(quiet_stretches(music), default=0) <= LONGEST_QUIET_SECONDS, file.name
