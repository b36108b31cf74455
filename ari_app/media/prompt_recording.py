"""Recordings that stand for prompts in a home, as they travel from one house to another."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ari_app.media.media_error import MediaError
from ari_app.media.prompt_file import client_prompt
from ari_app.media.prompts import forget
from ari_app.media.sound import read_sound, speech_mark

if TYPE_CHECKING:
    from ari_app.places import Places

FROM_DOCUMENT = "from its document"
"""The mark of a recording that a document named; one that a person brought in has none."""


def recording(home: Path, client: str, slug: str, language: str) -> bytes | None:
    """Return a person's recording of a prompt as a WAV file; ``None`` when it is spoken or absent.

    The same sound is always the same bytes, whatever mark it has at home.
    """
    file = client_prompt(home, client, language, slug)
    if not file.is_file() or speech_mark(file) not in (None, FROM_DOCUMENT):
        return None
    with tempfile.TemporaryDirectory(prefix="prompt-") as folder:
        plain = Path(folder) / "prompt.wav"
        read_sound(file).write(plain)
        return plain.read_bytes()


def take_over(places: Places, client: str, slug: str, language: str, file: Path) -> bool:
    """Take a recording that came out of a house as it is; ``False`` when it is no such file."""
    try:
        sound = read_sound(file)
    except MediaError:
        return False
    sound.write(client_prompt(places.home, client, language, slug), FROM_DOCUMENT)
    forget()
    return True
