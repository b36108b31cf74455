"""Mends the sizes in a WAV file whose writer died.

Asterisk writes a WAV's two sizes when it closes the file: killed before that, it leaves them zero
while the samples are on disk (seen on 22.10.1: 10.2 of 10.5 s).
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, BinaryIO

from ari_app.media.media_error import MediaError

if TYPE_CHECKING:
    from pathlib import Path

HEADER_BYTES = 44
"""A WAV of this size has a header and no sound."""


def repair_wav(path: Path) -> bool:
    """Make the sizes in the header fit the file's length; tell whether they had to be changed.

    Doing it twice, or being killed in between, is harmless. Raises :class:`MediaError` when the
    file is no WAV.
    """
    with path.open("r+b") as file:
        length = file.seek(0, os.SEEK_END)
        data = _data_start(file, length, path)
        # A sample has two bytes: half a sample at the end was being written.
        sound = (length - data) // 2 * 2
        changed = _patch(file, 4, length - 8)
        changed = _patch(file, data - 4, sound) or changed
        if changed:
            file.flush()
            os.fsync(file.fileno())
        return changed


def _data_start(file: BinaryIO, length: int, path: Path) -> int:
    """Return where the samples begin: after the header of the chunk ``data``."""
    file.seek(0)
    riff = file.read(12)
    if riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
        raise MediaError(f"{path} is no WAV file.")
    place = 12
    while place + 8 <= length:
        file.seek(place)
        name, size = struct.unpack("<4sI", file.read(8))
        if name == b"data":
            return place + 8
        place += 8 + size + size % 2
    raise MediaError(f"{path} has no samples and no place for them.")


def _patch(file: BinaryIO, place: int, value: int) -> bool:
    wanted = struct.pack("<I", value)
    file.seek(place)
    if file.read(4) == wanted:
        return False
    file.seek(place)
    file.write(wanted)
    return True
