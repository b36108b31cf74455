"""Prompts: finding the file for what a flow plays. The fallback loads this while a caller waits."""

from __future__ import annotations

import time
from pathlib import Path

from ari_app.flow.languages import LANGUAGES
from ari_app.media.media_error import MediaError
from ari_app.media.prompt_file import client_prompt, standard_prompt

FRESH_SECONDS = 2.0
"""How long an answer of :func:`resolve` is believed: a new prompt is heard this much later."""

_MOST_ANSWERS = 20_000  # far above the prompts of a house; bounds the memory all the same
_answers: dict[tuple[Path, str, str, str, str], tuple[float, str | None]] = {}


def resolve(
    home: Path, client: str, language: str, item: str, default_language: str = LANGUAGES[0]
) -> str | None:
    """Return Asterisk's media URI for a play item, or ``None`` when no file can be played.

    An item is ``client:SLUG`` or ``standard:PATH``. The languages are tried in this order: the
    caller's, the client's default, the others of the house. A name that is no slug finds nothing.
    For a language without a standard set, English comes first: so are its numbers built.
    """
    key = (home, client, language, item, default_language)
    now = time.monotonic()
    known = _answers.get(key)
    if known is not None and known[0] > now:
        return known[1]
    if len(_answers) >= _MOST_ANSWERS:
        _answers.clear()
    languages: tuple[str, ...] = (language, default_language, *LANGUAGES)
    if item.startswith("standard:") and language not in LANGUAGES:
        languages = ("en", *languages)
    answer = _find(home, client, languages, item)
    _answers[key] = (now + FRESH_SECONDS, answer)
    return answer


def forget() -> None:
    """Look at the disk again for whatever is resolved next, as after a new snapshot."""
    _answers.clear()


def _find(home: Path, client: str, languages: tuple[str, ...], item: str) -> str | None:
    kind, _, name = item.partition(":")
    for language in languages:
        try:
            if kind == "client":
                file = client_prompt(home, client, language, name)
            elif kind == "standard":
                file = standard_prompt(home, language, name)
            else:
                return None
        except MediaError:  # a bad name has no file; the caller of this logs what was not found
            continue
        if file.is_file():
            return f"sound:{file.with_suffix('').absolute()}"
    return None
