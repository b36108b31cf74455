"""What one party heard, from the packets that reached it: sound, silence, or nothing at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ari_app.simulator.g711 import PCMA, PCMU
from ari_app.simulator.leg_file import Packet
from ari_app.simulator.loudness import is_audible

Kind = Literal["sound", "silence", "nothing"]

PACKET_SECONDS = 0.02
_NOTHING_SECONDS = 0.1
"""Packets come every 20 ms; so long without one is no delay on a quiet machine."""
_BREATH_SECONDS = 0.2
"""Shorter silences belong to the sound: pauses between words."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to `end`, in Unix seconds: packets with sound, packets without, or none."""

    kind: Kind
    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Missing:
    """`packets` of a stream that did not arrive, noticed at `at`."""

    at: float
    packets: int


def spans(packets: Iterable[Packet], begin: float, end: float) -> list[Span]:
    """What was heard between two moments, without a hole: each span begins where the last ended."""
    found: list[Span] = []
    reached = begin
    for packet in packets:
        if packet.payload_type not in (PCMA, PCMU) or not begin <= packet.at < end:
            continue
        if packet.at - reached > _NOTHING_SECONDS:
            _add(found, "nothing", reached, packet.at)
        elif found:  # a little early or late
            found[-1] = Span(found[-1].kind, found[-1].begin, packet.at)
        kind: Kind = "sound" if is_audible(packet.payload_type, packet.payload) else "silence"
        start = found[-1].end if found else begin
        reached = min(max(packet.at + PACKET_SECONDS, start), end)
        _add(found, kind, start, reached)
    if end - reached > _NOTHING_SECONDS or not found:
        _add(found, "nothing", reached, end)
    return _without_breaths(found)


def _add(found: list[Span], kind: Kind, begin: float, end: float) -> None:
    if found and found[-1].kind == kind:
        found[-1] = Span(kind, found[-1].begin, end)
    else:
        found.append(Span(kind, begin, end))


def _without_breaths(found: list[Span]) -> list[Span]:
    """Take short silences between two sounds as part of them."""
    merged: list[Span] = []
    for index, span in enumerate(found):
        inside = 0 < index < len(found) - 1
        breath = inside and span.kind == "silence" and span.seconds <= _BREATH_SECONDS
        speaks = inside and found[index - 1].kind == found[index + 1].kind == "sound"
        _add(merged, "sound" if breath and speaks else span.kind, span.begin, span.end)
    return merged


def longest_silence(heard: Sequence[Span], begin: float, end: float) -> Span:
    """The longest time without sound between two moments; of 0 seconds when there was none."""
    longest = current = Span("silence", begin, begin)
    for span in heard:
        start, stop = max(span.begin, begin), min(span.end, end)
        if span.kind == "sound" or start >= stop:
            current = Span("silence", stop, stop)
            continue
        current = Span("silence", current.begin if current.end == start else start, stop)
        longest = max(longest, current, key=lambda each: each.seconds)
    return longest


def missing(packets: Iterable[Packet]) -> list[Missing]:
    """Jumps in the sequence numbers of a stream. A new stream, of another source, has its own."""
    found = []
    for one, other in pairwise(packets):
        step = (other.sequence - one.sequence) & 0xFFFF
        if one.source == other.source and 1 < step < 0x8000:
            found.append(Missing(other.at, step - 1))
    return found
