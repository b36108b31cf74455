"""A sound as the telephone carries it: 8 kHz, one channel, 16 bits."""

from __future__ import annotations

import math
import os
import struct
import sys
import tempfile
from array import array
from dataclasses import dataclass
from pathlib import Path

from ari_app.media.media_error import MediaError

RATE = 8000
"""Samples per second of every sound that Asterisk plays for us."""

_QUIET = 330  # -40 dB of full scale: below the breath of a voice, above a room's noise
_QUIETER = 50  # of a recording of low level, a fiftieth of its peak: -34 dB
_SILENT = 16  # -66 dB: what stays below all the time is no recording
_BLOCK = RATE // 100
_LOUDNESS = 4100  # -18 dB: root mean square of the loud parts, usual for announcements
_CEILING = 29200  # -1 dB: the highest peak, so that no codec clips it
_MARGIN = RATE // 25  # 40 ms of quiet kept on both sides, so that no consonant is cut
# Asterisk 22.10.1 plays a WAV without its last bytes, as many as its header has: measured with
# `file convert`, 44 without and 114 with a mark. The quiet at the end takes the loss.
_TAIL = RATE // 100
_MARK = b"duudlaga speech "


@dataclass(frozen=True)
class Sound:
    """Samples from -32768 to 32767, :data:`RATE` of them per second."""

    samples: array[int]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE

    @classmethod
    def tones(cls, *tones: tuple[float, float]) -> Sound:
        """Return tones one after another, each (hertz, seconds); 0 Hz is silence."""
        samples = array("h")
        for hertz, seconds in tones:
            step = 2 * math.pi * hertz / RATE
            samples.extend(round(9000 * math.sin(step * n)) for n in range(int(seconds * RATE)))
        return cls(samples)

    def trimmed(self) -> Sound:
        """Return it without the silence before and after."""
        peaks = [max(map(abs, block)) for block in _blocks(self.samples)]
        quiet = max(_SILENT, min(_QUIET, max(peaks, default=0) // _QUIETER))
        loud = [n for n, peak in enumerate(peaks) if peak > quiet]
        if not loud:
            return Sound(array("h"))
        start = max(0, loud[0] * _BLOCK - _MARGIN)
        kept = self.samples[start : (loud[-1] + 1) * _BLOCK + _MARGIN]
        return Sound(kept + array("h", bytes(2 * _TAIL)))

    def power(self) -> float:
        """Return the mean square of the samples."""
        return sum(s * s for s in self.samples) / max(1, len(self.samples))

    def normalised(self) -> Sound:
        """Return it as loud as all other prompts, measured where somebody speaks."""
        powers = [sum(s * s for s in block) / len(block) for block in _blocks(self.samples)]
        highest = max(powers, default=0)
        if highest == 0:
            return self
        loud = [power for power in powers if power > highest / 100]
        peak = max(map(abs, self.samples))
        gain = min(_LOUDNESS / math.sqrt(sum(loud) / len(loud)), _CEILING / peak)
        return Sound(array("h", (round(s * gain) for s in self.samples)))

    def write(self, path: Path, mark: str = "") -> None:
        """Write a WAV file whole or not at all; ``mark`` says from what speech was made.

        The mark stands inside the file, so that the two can never disagree. Asterisk skips
        chunks that it does not know before the samples.
        """
        samples = array("h", self.samples)
        if sys.byteorder == "big":
            samples.byteswap()
        words = _MARK + mark.encode() + b"\0" if mark else b""
        words += b"\0" * (len(words) % 2)
        info = b"INFOICMT" + struct.pack("<I", len(words)) + words
        chunks = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16))
        chunks += _chunk(b"LIST", info) if mark else b""
        chunks += _chunk(b"data", samples.tobytes())
        _write_atomically(path, _chunk(b"RIFF", b"WAVE" + chunks))


def read_sound(path: Path) -> Sound:
    """Read a WAV file of the telephone's form; :class:`MediaError` for any other."""
    content = path.read_bytes()
    form, data = _find(content, b"fmt "), _find(content, b"data")
    if form is None or data is None or len(form) < 16:
        raise MediaError(f"{path} is no WAV file.")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
    if (kind, channels, rate, bits) != (1, 1, RATE, 16):
        raise MediaError(f"{path} is not 8 kHz, one channel, 16 bits.")
    samples = array("h", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return Sound(samples)


def speech_mark(path: Path) -> str | None:
    """Return the mark of a spoken file; ``None`` for a person's recording."""
    with path.open("rb") as file:
        content = file.read(512)
    start = content.find(_MARK)
    if start < 0 or start > content.find(b"data") >= 0:
        return None
    return content[start + len(_MARK) : content.find(b"\0", start)].decode(errors="replace")


def _blocks(samples: array[int]) -> list[array[int]]:
    return [samples[n : n + _BLOCK] for n in range(0, len(samples), _BLOCK)]


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


def _find(content: bytes, name: bytes) -> bytes | None:
    """Return what the named chunk of a RIFF file holds."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    start = 12
    while start + 8 <= len(content):
        size = int.from_bytes(content[start + 4 : start + 8], "little")
        if content[start : start + 4] == name:
            return content[start + 8 : start + 8 + size]
        start += 8 + size + size % 2
    return None


def _write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
