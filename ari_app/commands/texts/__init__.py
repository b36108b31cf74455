"""What the commands say, in the languages people read: one file each, with the same keys."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from ari_app.flow.said import Said

LANGUAGES = ("en", "mn")


class Texts:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        """`language` is one of LANGUAGES."""
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of this key, such as `status.nothing_runs`, with the values filled in.

        Raises KeyError for a key or a value that is not there; tests know all keys.
        """
        text = texts_of(self.language)[key]
        return text.format(**values) if values else text

    def word(self, word: str) -> str:
        """A word of the journal or of the state of things, as people say it; else the word."""
        return texts_of(self.language).get(f"word.{word}", word.replace("_", " "))

    def said(self, sentence: object) -> str:
        """A sentence of the code as this language has it; any other value as it is."""
        if isinstance(sentence, Said):
            return sentence.by(sentences_of(self.language), self.word)
        return str(sentence)

    def begins_with_a_name(self, sentence: object) -> bool:
        """Whether the first word is no word of the sentence, but what somebody is called."""
        return isinstance(sentence, Said) and sentence.begins_with_value(
            sentences_of(self.language)
        )


@cache
def sentences_of(language: str) -> Mapping[str, str]:
    """The code's English sentences (`Said`) in another language; for English there are none."""
    file = Path(__file__).with_name(f"sentences_{language}.yaml")
    if not file.exists():
        return {}
    pairs: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return pairs


@cache
def texts_of(language: str) -> Mapping[str, str]:
    """All texts of one language by key."""
    file = Path(__file__).with_name(f"{language}.yaml")
    sections = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": text
        for section, texts in sections.items()
        for name, text in texts.items()
    }


def chosen_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the terminal, as every program reads it; English when we do not know it."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := environment.get(variable, ""):
            return locale[:2] if locale[:2] in LANGUAGES else "en"
    return "en"
