"""Sound of many calls over one UDP port: what comes is dropped, what goes is a tone."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from collections.abc import AsyncIterator
from time import monotonic

PACKET_SECONDS = 0.02
_SAMPLES = 160
_A_LAW = 8  # payload type, RFC 3551 §6
# A square wave of 400 Hz: nobody takes it for silence.
TONE = (b"\x9a" * 10 + b"\x1a" * 10) * 8


class Sound:
    """A media address for all calls of one generator.

    Nobody reads the socket: the kernel drops what does not fit, at no cost to the generator.
    """

    def __init__(self, host: str) -> None:
        """Bind a free port of ``host``."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.bind((host, 0))
        self.host, self.port = self._socket.getsockname()

    def close(self) -> None:
        """Close the port."""
        self._socket.close()

    async def packets(self, far_end: tuple[str, int], seconds: float) -> AsyncIterator[None]:
        """Send a tone for so long, a packet a step (RFC 3550 §5.1: version 2, no marker)."""
        source = secrets.randbits(32)
        start = monotonic()
        for number in range(round(seconds / PACKET_SECONDS)):
            header = struct.pack("!BBHII", 0x80, _A_LAW, number & 0xFFFF, number * _SAMPLES, source)
            self._socket.sendto(header + TONE, far_end)
            await asyncio.sleep(start + (number + 1) * PACKET_SECONDS - monotonic())
            yield
