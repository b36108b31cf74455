"""The waveform of a recording as a screen draws it."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING

from ari_app.media.sound import RATE
from ari_app.media.wav_repair import HEADER_BYTES

if TYPE_CHECKING:
    from pathlib import Path

PER_SECOND = 10


def read_peaks(path: Path) -> list[int]:
    """Return the highest amplitude of each tenth of a second of a raw WAV, 0 to 127.

    The file is read piece by piece: a long talk has more samples than belong in memory.
    """
    peaks: list[int] = []
    piece = RATE // PER_SECOND * 2
    with path.open("rb") as file:
        file.seek(HEADER_BYTES)
        while content := file.read(piece):
            samples = array("h", content[: len(content) // 2 * 2])
            if sys.byteorder == "big":
                samples.byteswap()
            if samples:
                peaks.append(min(127, max(map(abs, samples)) >> 8))
    return peaks
