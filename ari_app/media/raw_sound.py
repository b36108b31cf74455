"""A sound as Asterisk records it: samples alone, so many a second that little waits to be written.

Asterisk 22.10.1 writes a file in pieces of 32,768 bytes. What is not a whole piece yet dies with
it: up to 2.05 s at 8 kHz, 0.34 s at 48 kHz. So it records at 48 kHz what came at 8. The files of
earlier versions, WAVs at 8 kHz, are still taken.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING

from ari_app.media.wav_repair import HEADER_BYTES, repair_wav

if TYPE_CHECKING:
    from pathlib import Path

FORM = "sln48"
"""Asterisk's name for it, and how the names of the files end."""

RATE = 48_000
"""Samples of two bytes per second and side."""

BYTES_A_SECOND = 2 * RATE

_PLAYED_RATE = 8000
_EARLIER = "wav"


def raw_file(folder: Path, name: str) -> Path:
    """Return the raw file ``name``: one of an earlier version if it is there, else ours."""
    earlier = folder / f"{name}.{_EARLIER}"
    return earlier if earlier.is_file() else folder / f"{name}.{FORM}"


def raw_files(folder: Path, pattern: str) -> list[Path]:
    """Return all raw files whose names without their ending match ``pattern``, sorted."""
    return sorted(file for form in (FORM, _EARLIER) for file in folder.glob(f"{pattern}.{form}"))


def raw_seconds(raw: Path) -> float:
    """Return how much sound there is; 0 without a file."""
    if not raw.is_file():
        return 0.0
    return max(0, raw.stat().st_size - _header(raw)) // 2 / _rate(raw)


def repair(raw: Path) -> None:
    """Make a file whose writer died readable; :class:`MediaError` when it is none of ours."""
    if _header(raw):
        repair_wav(raw)


def as_input(raw: Path) -> list[str | Path]:
    """Return ffmpeg's arguments for reading the file."""
    if _header(raw):
        return ["-f", "wav", "-i", raw]
    return ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", raw]


def read_peaks(raw: Path, per_second: int) -> list[int]:
    """Return the highest amplitude of each part of a second, 0 to 127.

    The file is read piece by piece: a long talk has more samples than belong in memory. Of what
    came at 8 kHz every sixth sample of 48 tells all there is.
    """
    rate = _rate(raw)
    peaks: list[int] = []
    with raw.open("rb") as file:
        file.seek(_header(raw))
        while content := file.read(rate // per_second * 2):
            samples = array("h", content[: len(content) // 2 * 2])[:: rate // _PLAYED_RATE]
            if sys.byteorder == "big":
                samples.byteswap()
            if samples:
                peaks.append(min(127, max(map(abs, samples)) >> 8))
    return peaks


def _rate(raw: Path) -> int:
    return RATE if raw.suffix == f".{FORM}" else _PLAYED_RATE


def _header(raw: Path) -> int:
    return 0 if raw.suffix == f".{FORM}" else HEADER_BYTES
