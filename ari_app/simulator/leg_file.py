"""What the ear writes down of one leg, and how it is read again.

A file holds one SIP dialog: every SIP message without its body, and every RTP packet of both
directions, in the order of arrival. It is only ever appended to, in whole records where nothing
breaks in between, so what a killed ear leaves is read up to its last record.
"""

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SUFFIX = ".leg"
TO_HOUSE, TO_OUTSIDE = b">", b"<"  # RTP
SIP_TO_HOUSE, SIP_TO_OUTSIDE = b"S", b"s"
LATE = b"l"  # the ear stood still: its lateness field says for how long

_RECORD = struct.Struct("<cdHH")  # kind, Unix seconds, lateness in ms, bytes that follow
_RTP = struct.Struct("!BBHII")
_USER = re.compile(r"sips?:([^@;>\s]*)@")


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet. `at` is when the kernel had it, in Unix seconds."""

    at: float
    sequence: int
    timestamp: int
    source: int
    payload_type: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class SipEvent:
    """One SIP message as it passed; `first_line` says which."""

    at: float
    to_house: bool
    head: str

    @property
    def first_line(self) -> str:
        """The request or status line."""
        return self.head.partition("\r\n")[0]

    @property
    def method(self) -> str:
        """Of the request that it is, or that it answers."""
        return self.header("CSeq").rpartition(" ")[2]

    @property
    def status(self) -> int:
        """0 for a request."""
        return int(self.first_line[8:11]) if self.first_line.startswith("SIP/2.0 ") else 0

    def header(self, name: str) -> str:
        """The first header of this name; empty when there is none."""
        found = re.search(rf"(?im)^{name}[ \t]*:[ \t]*([^\r\n]*)", self.head)
        return found[1] if found else ""


@dataclass
class Leg:
    """One leg, as far as it was written down.

    `says` is what the party outside sent, `hears` what the house sent to it. `stood_still` has
    (Unix seconds, seconds) for each time at which the ear came late, because the machine was busy.
    """

    sip: list[SipEvent] = field(default_factory=list)
    says: list[Packet] = field(default_factory=list)
    hears: list[Packet] = field(default_factory=list)
    stood_still: list[tuple[float, float]] = field(default_factory=list)

    @property
    def is_from_outside(self) -> bool:
        """Whether the party outside called; else the house rang it."""
        return bool(self.sip) and self.sip[0].to_house

    @property
    def caller(self) -> str:
        """The user part of From in the first message."""
        return _user(self.sip[0].header("From")) if self.sip else ""

    @property
    def callee(self) -> str:
        """The user part of the address that was called."""
        return _user(self.sip[0].first_line) if self.sip else ""

    @property
    def began_at(self) -> float:
        """When the first INVITE passed, in Unix seconds."""
        return self.sip[0].at

    @property
    def answered_at(self) -> float | None:
        """When the first INVITE was answered."""
        return next((e.at for e in self.sip if e.method == "INVITE" and e.status // 100 == 2), None)

    @property
    def ended_at(self) -> float | None:
        """When the first of the two hung up, called off or refused; `None` while it goes on."""
        return next((e.at for e in self.sip if _ends(e, self.answered_at)), None)


def _ends(event: SipEvent, answered_at: float | None) -> bool:
    if event.method in ("BYE", "CANCEL"):
        return True
    refused = event.method == "INVITE" and event.status >= 300
    return refused and (answered_at is None or event.at < answered_at)


def _user(text: str) -> str:
    found = _USER.search(text)
    return found[1] if found else ""


def leg_file(folder: Path, call_id: str) -> Path:
    """Where the leg of this Call-ID, which may hold any letters, is written down."""
    return folder / f"{hashlib.sha256(call_id.encode()).hexdigest()[:32]}{SUFFIX}"


def record(kind: bytes, at: float, late_seconds: float, data: bytes = b"") -> bytes:
    """One record of the file."""
    late = min(65535, max(0, int(late_seconds * 1000)))
    return _RECORD.pack(kind, at, late, len(data)) + data


def read_leg(file: Path) -> Leg:
    """What was written down up to now; the ear writes every half second."""
    leg = Leg()
    for kind, at, late, data in _records(file.read_bytes()):
        if kind in (TO_HOUSE, TO_OUTSIDE):
            packet = _packet(at, data)
            if packet is not None:
                (leg.says if kind == TO_HOUSE else leg.hears).append(packet)
        elif kind in (SIP_TO_HOUSE, SIP_TO_OUTSIDE):
            leg.sip.append(SipEvent(at, kind == SIP_TO_HOUSE, data.decode(errors="replace")))
        elif kind == LATE:
            leg.stood_still.append((at, late))
    return leg


def _records(data: bytes) -> Iterator[tuple[bytes, float, float, bytes]]:
    start = 0
    while start + _RECORD.size <= len(data):
        kind, at, late, length = _RECORD.unpack_from(data, start)
        start += _RECORD.size
        if start + length > len(data):
            return  # the ear was killed while it wrote this one
        yield kind, at, late / 1000, data[start : start + length]
        start += length


def _packet(at: float, data: bytes) -> Packet | None:
    if len(data) < _RTP.size or data[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, source = _RTP.unpack_from(data)
    begin = _RTP.size + 4 * (first & 15)
    if first & 16 and len(data) >= begin + 4:  # an extension: 16 bits of length in words
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
    return Packet(at, sequence, timestamp, source, second & 127, data[begin:])
