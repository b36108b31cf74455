"""The sound of many calls over one UDP port: a voice goes out, and what comes is recognised."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from array import array
from collections import deque
from math import pi, sin
from time import monotonic, time

from ari_app.simulator.g711 import PCMA, encode
from ari_app.simulator.known_sounds import BLOCK
from tests.load.heard import Heard

PACKET_SECONDS = 0.02
RECEIVE_BYTES = 16 << 20
_HEADER = struct.Struct("!BBHII")
_KERNEL_TIME = struct.Struct("@qq")
_SO_TIMESTAMPNS = 35
_SO_RCVBUFFORCE = 33
_AT_ONE_GO = 500
_EARLY_PACKETS = 2000
"""So many are kept that came before somebody listened to them: sound overtakes the answer."""


def voice(hertz: int) -> bytes:
    """20 ms of a pure tone in A-law; every 50 Hz there is one that goes on without a step."""
    samples = (round(9000 * sin(2 * pi * hertz * n / 8000)) for n in range(BLOCK))
    return encode(PCMA, array("h", samples))


class Sound:
    """A media address for all calls of one generator.

    Asterisk uses a port of its own for each call, so a packet's origin tells whose it is. The
    kernel stamps what arrives: a generator that comes late to read it takes it for no silence.
    """

    def __init__(self, host: str, hertz: int = 400) -> None:
        """Bind a free port of ``host``; who speaks here speaks with this pitch."""
        self.hertz = hertz
        self._voice = voice(hertz)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        _widen(self._socket)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind((host, 0))
        self.host, self.port = self._socket.getsockname()
        self._ears: dict[int, Heard] = {}
        self._early: deque[tuple[int, float, int, int, int, bytes]] = deque(maxlen=_EARLY_PACKETS)
        self._listens, self._behind = False, 0.0
        self._speaking: dict[tuple[str, int], int] = {}
        self._source = secrets.randbits(32)
        self._ticker: asyncio.Task[None] | None = None
        self.packets = 0
        self.worst_delay_seconds = 0.0
        """By how much a packet went out too late: how busy the machine was."""

    def close(self) -> None:
        """Fall silent and deaf. Twice is fine."""
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        if self._listens:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._listens = False
        self._socket.close()

    def hear(self, port: int, heard: Heard, since: float | None = None) -> None:
        """Listen to what comes from this port of the house, also to what has come ``since`` then.

        Until somebody listens nobody reads the socket: the kernel drops what does not fit, at no
        cost to the generator.
        """
        if not self._listens:
            self._listens, self._behind = True, time() - monotonic()
            asyncio.get_running_loop().add_reader(self._socket, self._read)
        self._ears[port] = heard
        if since is not None:
            for origin, at, sequence, source, kind, payload in self._early:
                if origin == port and at >= since:
                    heard.take(at, sequence, source, kind, payload)

    def say(self, far_end: tuple[str, int]) -> None:
        """Speak there from now on."""
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        self._speaking.setdefault(far_end, 0)

    def hush(self, far_end: tuple[str, int]) -> None:
        """Say no more there."""
        self._speaking.pop(far_end, None)

    def stop(self, far_end: tuple[str, int]) -> None:
        """Say and hear no more there; what has come by now is heard first."""
        self.hush(far_end)
        while self._listens and self._read():
            pass
        self._ears.pop(far_end[1], None)

    def _read(self) -> bool:
        """Take what came; whether there may be more."""
        receive, ears, behind = self._socket.recvmsg, self._ears, self._behind
        for _ in range(_AT_ONE_GO):
            try:
                packet, told, _, origin = receive(2048, 64)
            except BlockingIOError:
                return False
            self.packets += 1
            if len(packet) <= _HEADER.size:
                continue
            _, kind, sequence, _, source = _HEADER.unpack_from(packet)
            seconds, nanoseconds = _KERNEL_TIME.unpack(told[0][2])
            at, payload = seconds + nanoseconds / 1e9 - behind, packet[_HEADER.size :]
            heard = ears.get(origin[1])
            if heard is not None:
                heard.take(at, sequence, source, kind & 0x7F, payload)
            else:
                self._early.append((origin[1], at, sequence, source, kind & 0x7F, payload))
        return True

    async def _tick(self) -> None:
        """One packet every 20 ms to everybody (RFC 3550 §5.1: version 2, no marker)."""
        due = monotonic()
        while True:
            due += PACKET_SECONDS  # late ones are made up for: nothing is left out
            await asyncio.sleep(due - monotonic())
            self.worst_delay_seconds = max(self.worst_delay_seconds, monotonic() - due)
            for far_end, number in self._speaking.items():
                self._speaking[far_end] = number + 1
                stamp = number * BLOCK & 0xFFFFFFFF
                header = _HEADER.pack(0x80, PCMA, number & 0xFFFF, stamp, self._source)
                try:
                    self._socket.sendto(header + self._voice, far_end)
                except BlockingIOError:
                    continue  # the kernel has no room: a packet is lost, as on any line


def _widen(endpoint: socket.socket) -> None:
    """Room for what comes while the generator does something else; root is not asked for less."""
    try:
        endpoint.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BYTES)
    except PermissionError:
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
