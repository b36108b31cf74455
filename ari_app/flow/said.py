"""Sentences for people: written in English where they are needed, said in every language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

LONGEST_VALUE = 60
"""Characters of somebody's value within a sentence."""


class Word(str):
    """A word of the project, such as an outcome, that each language says in its own way."""

    __slots__ = ()


class AsWritten(str):
    """A value that is no text, as far as it is known: whoever knows the file says how it stands
    there. YAML takes 09:30 for 570, and 010 for 8."""

    __slots__ = ()


class NumberAsWritten(AsWritten):
    """A telephone number that stands without quotes: it is shown whole, with its country."""

    __slots__ = ()


class Said(str):
    """An English sentence that knows how it was made, so that a catalogue can say it otherwise.

    ``template`` has names in braces, ``values`` what stands for them. The template is the key of
    the catalogue; a test holds every template in the code against it.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Said:
        said = super().__new__(cls, template.format(**values))
        said.template, said.values = template, values
        return said

    def begins_with_value(self, catalogue: Mapping[str, str]) -> bool:
        """Return whether the sentence, as the catalogue has it, begins with a value of its own."""
        template = catalogue.get(self.template, self.template)
        if not template.startswith("{"):
            return False
        value = self.values.get(re.split(r"[}:!]", template[1:], maxsplit=1)[0])
        return value.begins_with_value(catalogue) if isinstance(value, Said) else True

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.template, dict(self.values))

    def by(self, catalogue: Mapping[str, str], word: Callable[[str], str] = str) -> str:
        """Return the sentence as the catalogue has it; in English when it does not.

        ``word`` says a :class:`Word`.
        """
        values = dict(self.values)
        for name, value in values.items():
            if isinstance(value, Said):
                values[name] = value.by(catalogue, word)
            elif isinstance(value, Word):
                values[name] = word(value)
        return catalogue.get(self.template, self.template).format(**values)


def as_written(said: str, write: Callable[[AsWritten], str]) -> str:
    """Return the sentence with each :class:`AsWritten` in it said by ``write``."""
    if not isinstance(said, Said):
        return said
    values = {
        name: write(value) if isinstance(value, AsWritten) else value
        for name, value in said.values.items()
    }
    return Said(said.template, **values)


def _again(template: str, values: dict[str, Any]) -> Said:
    return Said(template, **values)


def reason(error: Exception) -> str:
    """Return why something failed: the sentence that the exception carries, else its words."""
    return next((each for each in error.args if isinstance(each, Said)), str(error))


def written(value: Any) -> Any:
    """Return a sentence as JSON, for another process to read with :func:`read_again`."""
    if isinstance(value, Said):
        values = {name: written(each) for name, each in value.values.items()}
        return {"template": value.template, "values": values}
    return value if isinstance(value, str | int | float | None) else str(value)


def read_again(value: Any) -> Any:
    """Return what :func:`written` was given. Raises ``ValueError`` for what it never gave."""
    if not isinstance(value, dict):
        return value
    try:
        values = {name: read_again(each) for name, each in value["values"].items()}
        return Said(value["template"], **values)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"no sentence: {error!r}") from error


def shown(value: Any) -> str:
    """Return somebody's value for a sentence: short, and without what moves a cursor."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # a number of 5,000 digits, a set
        text = type(value).__name__
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def nearest(word: Any, known: Iterable[str]) -> str | None:
    """Return what somebody who wrote ``word`` may have meant; ``None`` for nothing alike."""
    names = {name.casefold(): name for name in known}
    text = shown(word).casefold()
    begun = [
        name
        for name in names
        if min(len(text), len(name)) > 2 and (name.startswith(text) or text.startswith(name))
    ]
    found = get_close_matches(text, names, 1, 0.7) or begun[:1]
    return names[found[0]] if found else None


def meant(sentence: Said, word: Any, known: Iterable[str]) -> Said:
    """Return the sentence, with what ``word`` may have been meant for."""
    near = nearest(word, known)
    if near is None:
        return sentence
    return Said("{sentence}; did you mean `{near}`?", sentence=sentence, near=near)
