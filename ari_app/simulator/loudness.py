"""How loud the payload of a G.711 packet is: the only two codecs that the outside world speaks."""

from math import sqrt

PCMU, PCMA = 0, 8
"""RTP's payload types (RFC 3551)."""
AUDIBLE = 20.0
"""Root mean square of 16-bit samples, −64 dB of full scale: what lies below is a silent line. The
quietest step of A-law alone is 8."""


def _alaw(byte: int) -> int:
    """A sample of 16 bits, by ITU-T G.711."""
    value = byte ^ 0x55
    exponent, mantissa = (value >> 4) & 7, value & 15
    size = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return size if value & 0x80 else -size


def _ulaw(byte: int) -> int:
    """A sample of 16 bits, by ITU-T G.711."""
    value = byte ^ 0xFF
    size = ((((value & 15) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84
    return -size if value & 0x80 else size


_SQUARES = {
    PCMA: [float(_alaw(byte)) ** 2 for byte in range(256)],
    PCMU: [float(_ulaw(byte)) ** 2 for byte in range(256)],
}


def loudness(payload_type: int, payload: bytes) -> float:
    """The root mean square of the samples; 0 for what is no sound, such as a key."""
    squares = _SQUARES.get(payload_type)
    if squares is None or not payload:
        return 0.0
    return sqrt(sum(map(squares.__getitem__, payload)) / len(payload))


def is_audible(payload_type: int, payload: bytes) -> bool:
    """Whether somebody on the telephone hears anything."""
    return loudness(payload_type, payload) > AUDIBLE
