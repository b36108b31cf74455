"""A prompt of an exact length."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE = 8000
_PITCH_HZ = 400
_LOUDNESS = 8000


def write_tone(path: Path, seconds: float) -> None:
    """Write a tone as WAV, 8 kHz, mono, 16 bits."""
    samples = (
        int(_LOUDNESS * math.sin(2 * math.pi * _PITCH_HZ * n / RATE))
        for n in range(round(seconds * RATE))
    )
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
