"""The standard set is whole in every language."""

from __future__ import annotations

import pytest

from ari_app.flow.languages import LANGUAGES
from ari_app.media.prompt_file import standard_prompt
from ari_app.media.standard import standard_signals, standard_texts
from ari_app.places import Places

# Words of a language's own grammar; whole sentences must be there in every language.
GRAMMAR = ("numbers/", "units/", "time/", "dates/", "years/", "language/press/")
USED_BY_FLOWS = """
    sorry sorry_record one_moment no_input no_match max_tries goodbye closed unassigned beep
    callback/offer callback/booked callback/number_is callback/confirm callback/enter_number
    queue/position queue/busy queue/wait_minutes queue/key_callback queue/returned
    voicemail/leave voicemail/thanks message/leave message/review survey/ask
"""


def test_every_sentence_is_there_in_every_language() -> None:
    sentences = [
        {path for path in standard_texts(language) if not path.startswith(GRAMMAR)}
        for language in LANGUAGES
    ]
    assert all(paths == sentences[0] for paths in sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_flows_play_is_there(language: str, places: Places) -> None:
    texts = standard_texts(language)
    assert {f"language/press/{language}/{key}" for key in ("1", "9", "star")} <= texts.keys()
    assert set(USED_BY_FLOWS.split()) <= {*texts, *standard_signals()}
    for path, text in texts.items():
        assert text.strip(), path
        assert standard_prompt(places.home, language, path).suffix == ".wav"


def test_the_beep_is_heard_and_the_pause_is_not() -> None:
    signals = standard_signals()
    assert max(signals["beep"].samples) > 5000
    assert set(signals["pause"].samples) == {0}
    assert not set(signals) & set(standard_texts("mn"))
