"""Prompts: taking in any sound file, as a client's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari_app.flow.said import Said
from ari_app.media.any_sound import LONGEST_SECONDS, NoPromptError, read_any
from ari_app.media.prompt_file import client_prompt
from ari_app.media.prompts import forget

if TYPE_CHECKING:
    from pathlib import Path

    from ari_app.media.sound import Sound
    from ari_app.places import Places


def import_prompt(
    settings: Places, client: str, slug: str, language: str, source: Path, mark: str = ""
) -> Sound:
    """Take a person's recording in any audio format as a client's prompt; return what was kept.

    It replaces what is there, spoken or recorded, at once and whole. :class:`MediaError` says what
    is wrong with it. With a `mark` it gives way when the prompt is spoken later, without one it
    stays.
    """
    sound = _readable(settings, source).normalised()
    sound.write(client_prompt(settings.home, client, language, slug), mark)
    forget()
    return sound


def recording_problem(settings: Places, source: Path) -> Said | None:
    """Return why a file cannot become a prompt; ``None`` when it can."""
    try:
        _readable(settings, source)
    except NoPromptError as error:
        return error.said
    return None


def _readable(settings: Places, source: Path) -> Sound:
    sound = read_any(settings.parts, source).trimmed()
    if not sound.samples:
        raise NoPromptError(Said("{file} holds nothing but silence", file=source.name))
    if sound.seconds > LONGEST_SECONDS:
        raise NoPromptError(
            Said("{file} is longer than {most} minutes",
                 file=source.name, most=LONGEST_SECONDS // 60)
        )  # fmt: skip
    return sound
