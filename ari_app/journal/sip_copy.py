"""A copy of one SIP message, as Asterisk sends it to us beside the wire (res_hep, HEP version 3).

The message is what somebody sent: hostile text. Only what stands at the beginning of its lines is
looked at, and nothing raises.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass

from ari_app.telephone_number import user_of

_MAGIC = b"HEP3"
_HEADER_BYTES = 6
_SOURCE, _SOURCE_PORT, _SECONDS, _MICROSECONDS, _PAYLOAD = 3, 7, 9, 10, 15
_COMPACT = {"i": "call-id", "f": "from", "t": "to", "c": "content-type"}


@dataclass(frozen=True, slots=True)
class SipCopy:
    """``start`` is the first line, ``headers`` are by lower-case name, the first of each counts.

    ``source`` is who sent it (address, port), ``at`` Unix seconds.
    """

    start: str
    headers: dict[str, str]
    body: str
    source: tuple[str, int]
    at: float

    @property
    def status(self) -> int:
        """A response's status; 0 for a request."""
        code = self.start[8:11]
        return int(code) if self.start.startswith("SIP/2.0 ") and code.isdecimal() else 0

    @property
    def call(self) -> str:
        """The Call-ID."""
        return self.headers.get("call-id", "")

    def is_of(self, method: str) -> bool:
        """Whether it is a request of this method, or a response to one."""
        return self.headers.get("cseq", "").endswith(f" {method}")

    def number_in(self, header: str) -> str:
        """The user of the first address in a header; empty without one."""
        return user_of(self.headers.get(header, ""))

    @property
    def dialled(self) -> str:
        """The user in a request's URI."""
        return user_of(self.start.partition(" ")[2])


def unpack(packet: bytes) -> SipCopy | None:
    """Return the message in a packet of HEP, ``None`` for what is none."""
    if not packet.startswith(_MAGIC):
        return None
    chunks = _chunks(packet)
    text = chunks.get(_PAYLOAD, b"").decode(errors="replace")
    head, _, body = text.partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        headers.setdefault(_COMPACT.get(name, name), value.strip())
    address = chunks.get(_SOURCE, b"")
    source = socket.inet_ntoa(address) if len(address) == 4 else ""
    at = _number(chunks, _SECONDS) + _number(chunks, _MICROSECONDS) / 1_000_000
    return SipCopy(start, headers, body, (source, _number(chunks, _SOURCE_PORT)), at)


def _chunks(packet: bytes) -> dict[int, bytes]:
    """Read vendor, type and length (16 bits each, with themselves), then as many bytes."""
    chunks = {}
    place = _HEADER_BYTES
    while place + _HEADER_BYTES <= len(packet):
        kind = int.from_bytes(packet[place + 2 : place + 4])
        length = int.from_bytes(packet[place + 4 : place + 6])
        if length < _HEADER_BYTES:
            break
        chunks[kind] = packet[place + _HEADER_BYTES : place + length]
        place += length
    return chunks


def _number(chunks: dict[int, bytes], kind: int) -> int:
    return int.from_bytes(chunks.get(kind, b""))
