"""What one party heard, from the packets that reached it: which file from where to where, which
tone, another sound, packets of silence, or nothing at all.

A file that Asterisk plays to a channel alone arrives byte for byte, the last short block as a short
packet. What another program plays need not begin on a block: then it is sought. The voice of a talk
passes unchanged, too, or is coded anew; pure tones are told either way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from ari_app.simulator.g711 import PCMA, PCMU, decode
from ari_app.simulator.known_sounds import BLOCK, KnownSound, KnownSounds, is_constant
from ari_app.simulator.leg_file import Packet
from ari_app.simulator.loudness import is_audible
from ari_app.simulator.tone import RATE, pure_tone

Kind = Literal["file", "tone", "sound", "silence", "nothing"]

NOTHING_SECONDS = 0.1
"""So long without a packet is nothing; they come every 20 ms, on a busy machine a little late."""
_PACKET_SECONDS = 0.02
_END = 2 * BLOCK
"""Asterisk 22.10.1 plays a WAV without its last bytes, as many as the header has: media/sound.py"""
_SAME_TONE_HERTZ = 10.0
_KEPT = 100 * BLOCK
"""How far back the beginning of a file is found that was silence, or half a packet."""


@dataclass(slots=True)
class Span:
    """One thing that was heard from ``begin`` to ``end``, in the packets' clock.

    ``sound`` is set for a file, which was heard from sample ``first`` to before sample ``last``;
    ``hertz`` for a tone. ``missing`` packets of it did not arrive.
    """

    kind: Kind
    begin: float
    end: float
    packets: int = 0
    missing: int = 0
    hertz: float = 0.0
    sound: KnownSound | None = None
    first: int = 0
    last: int = 0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin

    @property
    def name(self) -> str:
        """The first name of the file; else the frequency, or the kind."""
        if self.sound is not None:
            return self.sound.names[0]
        return f"{self.hertz:.0f} Hz" if self.hertz else self.kind


def recognise(packets: Iterable[Packet], sounds: KnownSounds) -> list[Span]:
    """What was heard, in order and without a hole."""
    ear = Recognition(sounds)
    for packet in packets:
        ear.take(packet.at, packet.sequence, packet.source, packet.payload_type, packet.payload)
    return ear.spans


class Recognition:
    """Listens to one direction of one call while it goes on: a comparison of bytes a packet."""

    def __init__(self, sounds: KnownSounds) -> None:
        """Nothing was heard yet."""
        self._sounds = sounds
        self._closed: list[Span] = []
        self._now: Span | None = None
        self._places: list[int] = []  # where a file's next sample stands; several while alike
        self._progress = 0  # samples of the file since the first
        self._unexplained = b""  # the latest bytes that no file accounts for
        self._foreign = 0  # packets since a file was last sought
        self._sequence = self._source = -1

    @property
    def spans(self) -> list[Span]:
        """What was heard so far, in order; each begins where the one before ended."""
        return self._closed if self._now is None else [*self._closed, self._placed(self._now)]

    @property
    def kind(self) -> Kind | None:
        """What the latest packet was; ``None`` before the first."""
        return self._now.kind if self._now else self._closed[-1].kind if self._closed else None

    def take(self, at: float, sequence: int, source: int, kind: int, payload: bytes) -> None:
        """The next packet; ``kind`` is its payload type.

        Keys and what came twice or late are passed over.
        """
        step = (sequence - self._sequence) & 0xFFFF if source == self._source else 1
        if not 0 < step < 0x8000:
            return
        self._sequence, self._source = sequence, source
        if kind not in (PCMA, PCMU) or not payload:
            return
        missing, now = step - 1, self._now
        if now is not None and at - now.end > NOTHING_SECONDS:
            self._close()
            self._closed.append(Span("nothing", now.end, at, missing=missing))
            self._unexplained, self._foreign, missing, now = b"", 0, 0, None
        if now is not None and now.kind == "file":
            if self._goes_on(kind, payload, missing):
                self._lengthen(now, at, missing)
                return
            self._unexplained, self._foreign = b"", 0
            if not missing and len(rest := self._rest(kind, payload)) < len(payload):
                self._lengthen(now, at, 0)
                self._close()
                self._unexplained = rest
                return
        self._find(at, kind, payload, missing)

    def _goes_on(self, kind: int, payload: bytes, missing: int) -> bool:
        """Whether the file goes on with this packet; the places move on if it does."""
        content, size, skipped = self._sounds.content(kind), len(payload), missing * BLOCK
        begins = (place + skipped for place in self._places)
        left = [begin + size for begin in begins if content[begin : begin + size] == payload]
        if left:
            self._places = left
            self._progress += skipped + size
        return bool(left)

    def _rest(self, kind: int, payload: bytes) -> bytes:
        """What of a packet is left when its beginning is the end of the file."""
        content = self._sounds.content(kind)
        for place in self._places:
            end = self._sounds.at(place - 1).end
            same = _alike(content[place : min(end, place + len(payload))], payload)
            if same and end - place - same < _END:
                self._places = [place + same]
                self._progress += same
                return payload[same:]
        return payload

    def _find(self, at: float, kind: int, payload: bytes, missing: int) -> None:
        """Begin or lengthen what this packet is, when it is not the file's next."""
        constant = is_constant(payload)
        places = [] if constant else self._sounds.places(kind, payload)
        hertz = None if constant or places else _tone(kind, payload)
        if not constant and not places and hertz is None:
            self._foreign += 1
            if self._foreign & (self._foreign - 1) == 0 or self._foreign % 64 == 0:
                places = self._sounds.search(kind, payload)
        if places:
            self._begin_file(at, kind, payload, places, missing)
            return
        self._unexplained = (self._unexplained + payload)[-_KEPT:]
        what: Kind = "tone" if hertz else "sound" if _is_audible(kind, payload) else "silence"
        now, pitch = self._now, hertz or 0.0
        if now is not None and now.kind == what and abs(now.hertz - pitch) < _SAME_TONE_HERTZ:
            self._lengthen(now, at, missing)
        else:
            self._close()
            self._now = Span(what, self._reached(at), at + _PACKET_SECONDS, 1, missing, pitch)

    def _begin_file(
        self, at: float, kind: int, payload: bytes, places: list[int], missing: int
    ) -> None:
        """Begin a file, with what came of it before this packet and was not known for it yet."""
        self._close()
        content = self._sounds.content(kind)
        back = {place: self._back(content, place) for place in places}
        longest = max(back.values())
        best = [place for place in places if back[place] == longest]
        begun = [place for place in best if place - longest == self._sounds.at(place).begin]
        begin = self._taken_back(self._reached(at) - longest / RATE)
        packets = 1 + longest // BLOCK
        self._now = Span("file", begin, at + _PACKET_SECONDS, packets, missing)
        self._places = [place + len(payload) for place in begun or best]
        self._progress = longest + len(payload)
        self._unexplained, self._foreign = b"", 0

    def _back(self, content: bytes, place: int) -> int:
        """How many of the unexplained bytes are what stands before this place in its file."""
        most, reached = min(len(self._unexplained), place - self._sounds.at(place).begin), 0
        while reached < most:
            step = min(BLOCK, most - reached)
            before = len(self._unexplained) - reached
            there = content[place - reached - step : place - reached]
            if self._unexplained[before - step : before] != there:
                break
            reached += step
        return reached

    def _taken_back(self, begin: float) -> float:
        """End what was heard at ``begin``, which was the file already; return that moment."""
        while self._closed and self._closed[-1].kind not in ("file", "nothing"):
            last = self._closed[-1]
            if last.begin < begin - _PACKET_SECONDS / 2:
                last.end = min(last.end, begin)
                break
            self._closed.pop()
        return max(begin, self._closed[-1].end) if self._closed else begin

    def _lengthen(self, now: Span, at: float, missing: int) -> None:
        now.end = max(now.end, at + _PACKET_SECONDS)
        now.packets += 1
        now.missing += missing

    def _reached(self, at: float) -> float:
        return self._closed[-1].end if self._closed else at

    def _close(self) -> None:
        if self._now is not None:
            self._closed.append(self._placed(self._now))
            self._now = None

    def _placed(self, span: Span) -> Span:
        """With the file and the part of it; of several alike the one heard from its start."""
        if span.kind != "file":
            return span
        starts = [place - self._progress for place in self._places]
        start = next((each for each in starts if self._sounds.at(each).begin == each), starts[0])
        sound = self._sounds.at(start)
        first = start - sound.begin
        return replace(span, sound=sound, first=first, last=first + self._progress)


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes are the same at the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    different = (number for number, (a, b) in pairs if a != b)
    return next(different, min(len(one), len(other)))


@lru_cache(4096)
def _tone(kind: int, payload: bytes) -> float | None:
    return pure_tone(decode(kind, payload))


@lru_cache(4096)
def _is_audible(kind: int, payload: bytes) -> bool:
    return is_audible(kind, payload)
