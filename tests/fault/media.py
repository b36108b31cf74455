"""The sound of many calls over one UDP port: what comes is listened to, a tone goes out."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import struct
from time import monotonic

from tests.fault.heard import Heard
from tests.load.sound import PACKET_SECONDS, TONE, Sound
from tests.load.wire import RECEIVE_BYTES

_HEADER_BYTES = 12
_SAMPLES = 160
_U_LAW, _A_LAW = 0, 8  # payload types, RFC 3551 §6
_AUDIBLE = 200  # of 32768: about -44 dB; a silent line has less than 16
_LOUD_SHARE = 8  # one loud sample in so many makes a packet audible
_AT_ONE_GO = 200


def _a_law(byte: int) -> int:
    """The loudness of an A-law sample, 16 bits (ITU-T G.711)."""
    byte ^= 0x55
    step, place = (byte & 0x70) >> 4, (byte & 0x0F) << 4
    return place + 8 if step == 0 else (place + 0x108) << (step - 1)


def _u_law(byte: int) -> int:
    """The loudness of a µ-law sample, 16 bits."""
    byte = ~byte & 0xFF
    return (((byte & 0x0F) << 3) + 0x84 << ((byte & 0x70) >> 4)) - 0x84


_LOUD = {
    _A_LAW: bytes(_a_law(byte) > _AUDIBLE for byte in range(256)),
    _U_LAW: bytes(_u_law(byte) > _AUDIBLE for byte in range(256)),
}


def is_audible(packet: bytes) -> bool:
    """Whether an RTP packet carries sound louder than a silent line."""
    loud = _LOUD.get(packet[1] & 0x7F) if len(packet) > _HEADER_BYTES else None
    if loud is None:
        return False
    sound = packet[_HEADER_BYTES:]
    return sound.translate(loud).count(1) * _LOUD_SHARE > len(sound)


class Media(Sound):
    """A media address for the calls of one generator, which hears each of them.

    Asterisk uses a port of its own for each call, so a packet's origin tells whose it is.
    """

    def __init__(self, host: str) -> None:
        """Bind a port; :meth:`start` begins to listen."""
        super().__init__(host)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        self._ears: dict[int, Heard] = {}
        self._speaking: dict[tuple[str, int], int] = {}
        self._source = secrets.randbits(32)
        self._ticker: asyncio.Task[None] | None = None
        self.worst_delay_seconds = 0.0
        """By how much a packet went out too late: how busy the machine was."""

    def start(self) -> None:
        """Listen and speak, until :meth:`close`."""
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        self._ticker = asyncio.create_task(self._tick())

    def close(self) -> None:
        """Fall silent and deaf. Twice is fine."""
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
            asyncio.get_running_loop().remove_reader(self._socket)
        super().close()

    def hear(self, port: int, heard: Heard) -> None:
        """Write down what comes from this port of the house."""
        self._ears[port] = heard

    def say(self, far_end: tuple[str, int]) -> None:
        """Send a tone there from now on."""
        self._speaking[far_end] = 0

    def stop(self, far_end: tuple[str, int]) -> None:
        """Say and hear no more there."""
        self._speaking.pop(far_end, None)
        self._ears.pop(far_end[1], None)

    def _read(self) -> None:
        at = monotonic()
        with contextlib.suppress(BlockingIOError):  # all is read
            for _ in range(_AT_ONE_GO):
                packet, origin = self._socket.recvfrom(2048)
                heard = self._ears.get(origin[1])
                if heard is not None and is_audible(packet):
                    heard.sound(at)

    async def _tick(self) -> None:
        """One packet every 20 ms to everybody (RFC 3550 §5.1: version 2, no marker)."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += PACKET_SECONDS  # late ones are made up for: nothing is left out
            await asyncio.sleep(due - loop.time())
            self.worst_delay_seconds = max(self.worst_delay_seconds, loop.time() - due)
            for far_end, number in self._speaking.items():
                self._speaking[far_end] = number + 1
                stamp = number * _SAMPLES & 0xFFFFFFFF
                header = struct.pack("!BBHII", 0x80, _A_LAW, number & 0xFFFF, stamp, self._source)
                with contextlib.suppress(BlockingIOError):  # a packet that is lost
                    self._socket.sendto(header + TONE, far_end)
