"""What somebody heard: where in a sound another one is found, by the course of its loudness.

The course of loudness (20 ms steps) survives the telephone's codecs; two different sentences have
different ones. It needs no library for signals.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from ari_app.media.sound import read_sound

STEP = 160
"""Samples of 20 ms at 8 kHz."""


@dataclass(frozen=True)
class Found:
    """Where the sound fits best, in seconds, and how well: 1 is the very same."""

    at: float
    likeness: float


def loudness(file: Path) -> list[float]:
    """The course of loudness of a WAV file, a value every 20 ms."""
    samples = read_sound(file).samples
    return [
        sqrt(sum(each * each for each in samples[start : start + STEP]) / STEP)
        for start in range(0, len(samples) - STEP, STEP)
    ]


def find(sought: list[float], within: list[float]) -> Found:
    """Return where ``sought`` fits best into ``within``."""
    best = Found(0.0, 0.0)
    for start in range(len(within) - len(sought) + 1):
        likeness = _correlation(sought, within[start : start + len(sought)])
        if likeness > best.likeness:
            best = Found(start / 50, likeness)
    return best


def _correlation(one: list[float], other: list[float]) -> float:
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    both = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True))
    size_one = sum((a - mean_one) ** 2 for a in one)
    size_other = sum((b - mean_other) ** 2 for b in other)
    return both / sqrt(size_one * size_other) if size_one and size_other else 0.0
