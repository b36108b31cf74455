"""Reads a sound file of any usual kind, as people have them, into the telephone's form.

What a file is, its content tells; its name is not believed.
"""

from __future__ import annotations

import math
import sys
import tempfile
from array import array
from pathlib import Path

from ari_app.flow.said import Said
from ari_app.media.media_error import MediaError
from ari_app.media.programs import FfmpegError, run_ffmpeg
from ari_app.media.sound import RATE, Sound

LONGEST_SECONDS = 600
"""A prompt longer than this is a mistake: ten minutes."""
LARGEST_BYTES = 200 * 1024 * 1024
FORMATS = "aac,aiff,amr,asf,au,caf,flac,gsm,matroska,mov,mp3,ogg,w64,wav"
"""What ffmpeg may take a file for. No playlist is among them: it could name other files."""

_SIDES = (
    "[0:a:0]aformat=channel_layouts=stereo,asplit=3[1][2][3];"
    "[1]pan=mono|c0=0.5*c0+0.5*c1[both];[2]pan=mono|c0=c0[left];[3]pan=mono|c0=c1[right]"
)
_CANCELLED = 0.1
"""Two sides that are out of phase cancel each other: then the louder one is taken alone."""
_HIGHEST = 32767
_KINDS = (
    (b"%PDF", Said("a PDF")),
    (b"PK\x03\x04", Said("an archive")),
    (b"Rar!", Said("an archive")),
    (b"\x1f\x8b", Said("an archive")),
    (b"7z\xbc\xaf", Said("an archive")),
    (b"\x89PNG", Said("a picture")),
    (b"\xff\xd8\xff", Said("a picture")),
    (b"GIF8", Said("a picture")),
)
_TEXT_BYTES = 4096


class NoPromptError(MediaError):
    """A file that can become no prompt. ``said`` names it, and what is wrong with it."""

    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said


def read_any(parts: Path, source: Path) -> Sound:
    """Return the sound in ``source``, both sides as one, without an offset, and never clipped here.

    :class:`NoPromptError` says which file, and what is wrong with it. What is longer
    than :data:`LONGEST_SECONDS` is read a second further, and no more.
    """
    if not source.is_file():
        raise NoPromptError(Said("there is no file {file}", file=source))
    size = source.stat().st_size
    if size == 0:
        raise NoPromptError(Said("{file} is empty", file=source.name))
    if size > LARGEST_BYTES:
        raise NoPromptError(
            Said("{file} is larger than {most} MB", file=source.name, most=LARGEST_BYTES // 2**20)
        )
    with tempfile.TemporaryDirectory(prefix="prompt-") as folder:
        files = {side: Path(folder) / f"{side}.f32" for side in ("both", "left", "right")}
        given: list[str | Path] = ["-protocol_whitelist", "file", "-format_whitelist", FORMATS]
        given += ["-ignore_length", "1", "-f", "wav"] if _goes_on(source) else []
        given += ["-i", f"file:{source.absolute()}", "-filter_complex", _SIDES]
        form = ["-t", str(LONGEST_SECONDS + 1), "-ar", str(RATE), "-f", "f32le"]
        for side, file in files.items():
            given += ["-map", f"[{side}]", *form, file]
        try:
            run_ffmpeg(parts, given, timeout_seconds=60)
        except FfmpegError as error:
            if "No space left" in str(error):
                raise
            raise NoPromptError(_unreadable(source)) from error
        both, left, right = map(_finite, files.values())
    louder = max(left, right, key=_power)
    return _centred(louder if _power(both) < _power(louder) * _CANCELLED else both)


def _finite(file: Path) -> array[float]:
    samples = array("f", file.read_bytes())
    if sys.byteorder == "big":
        samples.byteswap()
    if all(map(math.isfinite, samples)):
        return samples
    return array("f", (each if math.isfinite(each) else 0.0 for each in samples))


def _power(samples: array[float]) -> float:
    """Return the mean square around the offset."""
    count = max(1, len(samples))
    return math.fsum(each * each for each in samples) / count - (math.fsum(samples) / count) ** 2


def _centred(samples: array[float]) -> Sound:
    """Take out the offset, and make what is louder than full scale fit."""
    if not samples:
        return Sound(array("h"))
    offset = math.fsum(samples) / len(samples)
    peak = max(max(samples) - offset, offset - min(samples))
    gain = _HIGHEST / max(1.0, peak)
    return Sound(array("h", [round((each - offset) * gain) for each in samples]))


def _goes_on(source: Path) -> bool:
    """Whether a WAV has sound after the end that its header names.

    Other chunks may follow there. What is no chunk is sound of a writer that died, or that did not
    come back to the header.
    """
    with source.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(0)
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return False
        place, data_seen = 12, False
        while place + 8 <= length:
            file.seek(place)
            name, size = file.read(4), int.from_bytes(file.read(4), "little")
            plausible = name.isascii() and name.decode().isprintable()
            if data_seen and not (plausible and place + 8 + size <= length + 1):
                return True
            data_seen = data_seen or name == b"data"
            place += 8 + size + size % 2
    return False


def _unreadable(source: Path) -> Said:
    with source.open("rb") as file:
        head = file.read(_TEXT_BYTES)
    kind = next((kind for begins, kind in _KINDS if head.startswith(begins)), None)
    if kind is None and _is_text(head):
        kind = Said("a text")
    if kind is not None:
        return Said("{file} is no sound but {kind}", file=source.name, kind=kind)
    return Said(
        "{file} cannot be read as sound: it is damaged, or of a kind that is not taken; WAV, MP3,"
        " OGG, M4A and FLAC are",
        file=source.name,
    )


def _is_text(head: bytes) -> bool:
    text = head.decode(errors="ignore")
    whole = len(text.encode()) > len(head) - 4  # the last letter may be cut
    return whole and all(letter.isprintable() or letter.isspace() for letter in text)
