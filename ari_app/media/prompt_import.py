"""Prompts: taking in any sound file, as a client's own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ari_app.flow.said import Said
from ari_app.media.media_error import MediaError
from ari_app.media.programs import run_ffmpeg
from ari_app.media.prompt_file import client_prompt
from ari_app.media.prompts import forget
from ari_app.media.sound import RATE, Sound, read_sound

if TYPE_CHECKING:
    from ari_app.places import Places

LONGEST_SECONDS = 600
"""A prompt longer than this is a mistake: ten minutes."""
LARGEST_BYTES = 200 * 1024 * 1024
_SIDES = (
    "[0:a:0]aformat=channel_layouts=stereo,asplit=3[1][2][3];"
    "[1]pan=mono|c0=0.5*c0+0.5*c1[both];[2]pan=mono|c0=c0[left];[3]pan=mono|c0=c1[right]"
)
_CANCELLED = 0.1
"""Two sides that are out of phase cancel each other: then the louder one is taken alone."""
FORMATS = "aac,aiff,amr,asf,au,caf,flac,gsm,matroska,mov,mp3,ogg,w64,wav"
"""What ffmpeg may take a file for. No playlist is among them: it could name other files."""


def import_prompt(
    settings: Places, client: str, slug: str, language: str, source: Path, mark: str = ""
) -> Sound:
    """Take a person's recording in any audio format as a client's prompt; return what was kept.

    It replaces what is there, spoken or recorded, at once and whole. What the file is, ffmpeg
    tells by its content; its name is not believed. :class:`MediaError` says what is wrong with it.
    With a `mark` it gives way when the prompt is spoken later, without one it stays.
    """
    target = client_prompt(settings.home, client, language, slug)
    sound = _read_any(settings.parts, source).trimmed()
    if not sound.samples:
        raise MediaError(f"{source.name} holds nothing but silence.")
    if sound.seconds > LONGEST_SECONDS:
        raise MediaError(f"{source.name} is longer than {LONGEST_SECONDS // 60} minutes.")
    sound = sound.normalised()
    sound.write(target, mark)
    forget()
    return sound


def recording_problem(settings: Places, source: Path) -> Said | None:
    """Return why a file cannot become a prompt; ``None`` when it can."""
    try:
        sound = _read_any(settings.parts, source).trimmed()
    except MediaError:
        return Said("{file} cannot be read as a recording", file=source.name)
    if not sound.samples:
        return Said("{file} holds nothing but silence", file=source.name)
    if sound.seconds > LONGEST_SECONDS:
        return Said("{file} is longer than {most} minutes",
                    file=source.name, most=LONGEST_SECONDS // 60)  # fmt: skip
    return None


def _read_any(parts: Path, source: Path) -> Sound:
    if not source.is_file():
        raise MediaError(f"There is no file {source}.")
    size = source.stat().st_size
    if size == 0:
        raise MediaError(f"{source.name} is empty.")
    if size > LARGEST_BYTES:
        raise MediaError(f"{source.name} is larger than {LARGEST_BYTES // 1024 // 1024} MB.")
    with tempfile.TemporaryDirectory(prefix="prompt-") as folder:
        given = ["-protocol_whitelist", "file", "-format_whitelist", FORMATS]
        given += ["-i", f"file:{source.absolute()}"]
        given += ["-filter_complex", _SIDES]
        form = ["-t", str(LONGEST_SECONDS + 1), "-map_metadata", "-1", "-ar", str(RATE)]
        files = {side: Path(folder) / f"{side}.wav" for side in ("both", "left", "right")}
        for side, file in files.items():
            given += ["-map", f"[{side}]", *form, "-c:a", "pcm_s16le", str(file)]
        try:
            run_ffmpeg(parts, given, timeout_seconds=60)
        except MediaError as error:
            raise MediaError(f"{source.name} cannot be read as sound. {error}") from error
        both, left, right = map(read_sound, files.values())
        louder = max(left, right, key=Sound.power)
        return louder if both.power() < louder.power() * _CANCELLED else both
