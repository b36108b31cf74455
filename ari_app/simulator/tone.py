"""Pure tones: parties outside speak them, so that one voice is told from another."""

from __future__ import annotations

from math import acos, cos, pi

RATE = 8000
_QUIETEST = 100.0
"""Root mean square below which nobody speaks."""
_IMPURITY = 0.02
"""The share of the energy that may be something else: G.711's own noise is less than 0.001."""


def pure_tone(samples: list[int]) -> float | None:
    """The frequency in hertz of a single tone; ``None`` for any other sound.

    Neighbours of a sample of a tone add up to it times twice the cosine of the step: the factor
    that fits best says the frequency, and what is left over, how pure it is.
    """
    middle = samples[1:-1]
    power = sum(each * each for each in middle)
    if not middle or power < _QUIETEST**2 * len(middle):
        return None
    pairs = [before + after for before, after in zip(samples, samples[2:], strict=False)]
    factor = sum(one * two for one, two in zip(middle, pairs, strict=True)) / power
    rest = sum((two - factor * one) ** 2 for one, two in zip(middle, pairs, strict=True))
    if abs(factor) >= 2 or rest > _IMPURITY * power:
        return None
    return acos(factor / 2) * RATE / (2 * pi)


def share(samples: list[int], hertz: float) -> float:
    """The share from 0 to 1 of the energy that is this frequency (Goertzel).

    It finds a voice within others. Frequencies 50 Hz apart are told apart by one packet's 160
    samples.
    """
    factor = 2 * cos(2 * pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + factor * last - before, last
    power = sum(sample * sample for sample in samples)
    if power == 0:
        return 0.0
    return 2 * (last * last + before * before - factor * last * before) / (power * len(samples))
