"""Samples as Asterisk puts them on the wire (ITU-T G.711), and back.

Asterisk 22.10.1 looks its bytes up by the sample without its lowest bits, three for A-law and two
for µ-law, so a sample is coded as the highest of those that share an entry. The table is the same
for every call, which is why a file that a channel plays can be told by its bytes: shown by
tests/load/test_heard.py with every sample that there is.
"""

from __future__ import annotations

from array import array
from functools import cache

PCMU, PCMA = 0, 8
"""RTP's payload types (RFC 3551)."""
_BIAS, _CLIP = 0x84, 32635


def _alaw(sample: int) -> int:
    """The byte of a sample; every second bit is turned over."""
    sample |= 7
    size = sample if sample >= 0 else -sample
    step = max(0, size.bit_length() - 8)
    place = size >> (step + 3 if step else 4) & 15
    return (step << 4 | place) ^ (0xD5 if sample >= 0 else 0x55)


def _ulaw(sample: int) -> int:
    """The byte of a sample; all bits are turned over."""
    sample |= 3
    size = min(sample if sample >= 0 else -sample, _CLIP) + _BIAS
    step = size.bit_length() - 8
    place = size >> (step + 3) & 15
    return ~((0 if sample >= 0 else 0x80) | step << 4 | place) & 0xFF


def _alaw_sample(byte: int) -> int:
    value = byte ^ 0x55
    step, place = value >> 4 & 7, value & 15
    size = (place << 4) + 8 if step == 0 else (place << 4) + 0x108 << step - 1
    return size if value & 0x80 else -size


def _ulaw_sample(byte: int) -> int:
    value = byte ^ 0xFF
    size = ((value & 15) << 3) + _BIAS << (value >> 4 & 7)
    return _BIAS - size if value & 0x80 else size - _BIAS


_SAMPLES = {
    PCMA: [_alaw_sample(byte) for byte in range(256)],
    PCMU: [_ulaw_sample(byte) for byte in range(256)],
}


@cache
def _table(payload_type: int) -> bytes:
    """The byte of each sample, by the sample's 16 bits without a sign."""
    code = {PCMA: _alaw, PCMU: _ulaw}[payload_type]
    return bytes(code(sample) for sample in (*range(32768), *range(-32768, 0)))


def encode(payload_type: int, samples: array[int]) -> bytes:
    """The bytes of 16-bit samples."""
    return bytes(map(_table(payload_type).__getitem__, array("H", samples.tobytes())))


def decode(payload_type: int, payload: bytes) -> list[int]:
    """The 16-bit samples of a payload; none for what is no sound, such as a key."""
    samples = _SAMPLES.get(payload_type)
    return [] if samples is None else list(map(samples.__getitem__, payload))
