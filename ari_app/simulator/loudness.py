"""How loud the payload of a G.711 packet is: the only two codecs that the outside world speaks."""

from math import sqrt

from ari_app.simulator.g711 import decode

AUDIBLE = 20.0
"""Root mean square of 16-bit samples, −64 dB of full scale: what lies below is a silent line. The
quietest step of A-law alone is 8."""


def loudness(payload_type: int, payload: bytes) -> float:
    """The root mean square of the samples; 0 for what is no sound, such as a key."""
    samples = decode(payload_type, payload)
    return sqrt(sum(each * each for each in samples) / len(samples)) if samples else 0.0


def is_audible(payload_type: int, payload: bytes) -> bool:
    """Whether somebody on the telephone hears anything."""
    return loudness(payload_type, payload) > AUDIBLE
