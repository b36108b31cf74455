"""A home of one's own, and tones to tell sounds apart."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

import pytest

from ari_app.media.sound import RATE
from ari_app.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A new, empty home with the fetched programs."""
    home = tmp_path / "home"
    for folder in ("run", "monitor", "messages"):
        (home / folder).mkdir(parents=True)
    return Places(home=home)


def loudness_at(samples: array[int], hertz: float, rate: int = RATE) -> float:
    """How much of this frequency is in a sound, 0 to 1 of full scale (Goertzel)."""
    turn = 2 * math.cos(2 * math.pi * hertz / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample / 32768 + turn * last - before
    power = last * last + before * before - turn * last * before
    return 2 * math.sqrt(max(power, 0.0)) / max(1, len(samples))
