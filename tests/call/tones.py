"""Whose voice is heard: everybody speaks a tone of their own, told apart every 20 ms."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

RATE = 8000
STEP = 160
_SILENT = 100.0
"""Root mean square below which nothing is heard; of 32,768."""
_SHARE = 0.5
"""Of a block's energy: a tone with more of it is alone there."""

TONES = (400, 440, 620, 850, 1200)
"""Hertz of all who may speak in a test."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """``what`` is a tone's hertz as text, ``sound`` for music and speech, or ``silence``."""

    what: str
    seconds: float


def stretches(files: Iterable[Path], shortest: float = 0.1) -> list[Stretch]:
    """What these WAV files hold, in order, without what is shorter than ``shortest`` seconds."""
    found: list[Stretch] = []
    for file in files:
        for block in _blocks(_samples(file)):
            what = name(block)
            if found and found[-1].what == what:
                found[-1] = Stretch(what, found[-1].seconds + STEP / RATE)
            else:
                found.append(Stretch(what, STEP / RATE))
    return _joined([each for each in found if each.seconds >= shortest])


def seconds_of(heard: Iterable[Stretch], what: str) -> float:
    """How long that was heard altogether."""
    return sum(each.seconds for each in heard if each.what == what)


def name(block: Sequence[int]) -> str:
    """What 20 ms of sound are."""
    energy = sum(sample * sample for sample in block)
    if math.sqrt(energy / len(block)) < _SILENT:
        return "silence"
    shares = {hertz: _tone_energy(block, hertz) / energy for hertz in TONES}
    best = max(shares, key=lambda hertz: shares[hertz])
    return str(best) if shares[best] > _SHARE else "sound"


def _tone_energy(block: Sequence[int], hertz: int) -> float:
    """The energy at one frequency, as Goertzel finds it."""
    factor = 2 * math.cos(2 * math.pi * hertz / RATE)
    before = last = 0.0
    for sample in block:
        before, last = last, sample + factor * last - before
    return (before**2 + last**2 - factor * before * last) * 2 / len(block)


def _joined(parts: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for part in parts:
        if joined and joined[-1].what == part.what:
            joined[-1] = Stretch(part.what, joined[-1].seconds + part.seconds)
        else:
            joined.append(part)
    return joined


def _samples(file: Path) -> array[int]:
    """Read a WAV file; one that is still being written has no length in its header yet."""
    content = file.read_bytes()
    form, data = content.find(b"fmt "), content.find(b"data")
    assert min(form, data) > 0, f"{file} is no WAV file"
    _, channels, rate = struct.unpack("<HHI", content[form + 8 : form + 16])
    assert (channels, rate) == (1, RATE), f"{file}: {channels} channels, {rate} Hz"
    sound = content[data + 8 :]
    return array("h", sound[: len(sound) // 2 * 2])


def _blocks(samples: array[int]) -> Iterable[array[int]]:
    return (samples[n : n + STEP] for n in range(0, len(samples) - STEP + 1, STEP))
