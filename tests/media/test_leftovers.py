"""Sounds of prompts that no document names any more."""

from __future__ import annotations

from pathlib import Path

from ari_app.media.leftovers import lay_aside, leftover_sounds
from ari_app.media.prompt_file import client_prompt
from ari_app.media.prompts import resolve
from ari_app.media.sound import Sound, read_sound
from ari_app.places import Places

NAMED = {("anu", "welcome", "mn")}


def test_callers_hear_no_prompt_that_the_document_does_not_name(tmp_path: Path) -> None:
    places = Places(home=tmp_path)
    prompts = [("anu", "mn", "welcome"), ("anu", "en", "welcome"), ("anu", "mn", "old")]
    for client, language, slug in [*prompts, ("nomin", "mn", "other")]:
        Sound.tones((440, 0.1)).write(client_prompt(tmp_path, client, language, slug))
    assert resolve(tmp_path, "anu", "mn", "client:old") is not None
    found = leftover_sounds(places, ["anu"], NAMED)
    assert [str(each.relative_to(places.client_prompts)) for each in found] == [
        "anu/en/welcome.wav",
        "anu/mn/old.wav",
    ]
    lay_aside(places, found)
    assert resolve(tmp_path, "anu", "mn", "client:old") is None
    heard = resolve(tmp_path, "anu", "en", "client:welcome")
    assert heard is not None
    assert heard.endswith("anu/mn/welcome")
    assert (places.removed_prompts / "anu/mn/old.wav").is_file()
    assert leftover_sounds(places, ["anu", "nobody"], NAMED) == []


def test_what_is_laid_aside_twice_is_there_as_it_was_last(tmp_path: Path) -> None:
    places = Places(home=tmp_path)
    file = client_prompt(tmp_path, "anu", "mn", "old")
    first, second = Sound.tones((440, 0.1)), Sound.tones((440, 0.2))
    for sound in (first, second):
        sound.write(file)
        lay_aside(places, [file])
    assert read_sound(places.removed_prompts / "anu/mn/old.wav") == second
