"""Sounds whose every 20 ms can be told from every other, and packets of them."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator
from math import pi, sin
from pathlib import Path

from ari_app.media.sound import Sound
from ari_app.simulator.g711 import PCMA, encode
from ari_app.simulator.known_sounds import BLOCK
from ari_app.simulator.leg_file import Packet


def noise(seed: int, samples: int) -> array[int]:
    """A sound like no other, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return array("h", (chance.randrange(-8000, 8000) for _ in range(samples)))


def tone(hertz: float, samples: int) -> array[int]:
    """A pure tone."""
    step = 2 * pi * hertz / 8000
    return array("h", (round(8000 * sin(step * n)) for n in range(samples)))


def file(folder: Path, name: str, samples: array[int]) -> tuple[str, Path]:
    """A WAV file, by its name."""
    path = folder / f"{name}.wav"
    Sound(samples).write(path)
    return name, path


def packets(samples: array[int], at: float = 0.0, kind: int = PCMA, first: int = 0) -> list[Packet]:
    """A stream that is in time and whole; a last half packet is not sent."""
    content = encode(kind, samples)
    blocks = (content[n : n + BLOCK] for n in range(0, len(content) - BLOCK + 1, BLOCK))
    return list(_stream(blocks, at, kind, first))


def _stream(blocks: Iterator[bytes], at: float, kind: int, first: int) -> Iterator[Packet]:
    for number, payload in enumerate(blocks):
        sequence = (first + number) & 0xFFFF
        yield Packet(at + number * 0.02, sequence, number * BLOCK, 1, kind, payload)
