"""One UDP socket for SIP, and the requests that wait for an answer on it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from time import monotonic
from typing import cast

from tests.load.message import Message

RECEIVE_BYTES = 8 << 20
RESEND_SECONDS = (0.5, 1.0, 2.0, 4.0)  # RFC 3261 §17.1.1.2: T1, doubled each time
NO_ANSWER = Message("SIP/2.0 408 No answer", {})

OnAnswer = Callable[[Message, float], None]
OnRequest = Callable[[Message, float], None]


class Wire(asyncio.DatagramProtocol):
    """Sends to one far end, the house; :meth:`open` is the way to get one.

    ``on_request(message, at)`` takes every request that comes; ``at`` is monotonic seconds.
    """

    def __init__(self, far_end: tuple[str, int], on_request: OnRequest) -> None:
        self.far_end = far_end
        self.host, self.port = "", 0
        self._on_request = on_request
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[tuple[str, str], OnAnswer] = {}
        self._resends: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, host: str, far_end: tuple[str, int], on_request: OnRequest) -> Wire:
        """Bind a free port of ``host``, which is a loopback address of the caller's choice."""
        loop = asyncio.get_running_loop()
        endpoint = wide_socket(host)
        _, wire = await loop.create_datagram_endpoint(
            lambda: cls(far_end, on_request), sock=endpoint
        )
        wire.host, wire.port = endpoint.getsockname()
        return wire

    def close(self) -> None:
        """Close the socket; who still waits gets no answer."""
        for resend in self._resends.values():
            resend.cancel()
        self._resends.clear()
        self._waiting.clear()
        if self._transport is not None:
            self._transport.close()

    def send(self, message: Message) -> None:
        """Send once."""
        assert self._transport is not None, "Wire.open has opened it"
        self._transport.sendto(message.bytes(), self.far_end)

    def request(self, message: Message, on_answer: OnAnswer) -> None:
        """Send until something comes back. ``on_answer`` takes each response, and repeated ones.

        After the last try it takes :data:`NO_ANSWER`.
        """
        key = (message.branch, message.method)
        self._waiting[key] = on_answer
        self._send_again(key, message, 0)

    def forget(self, request: Message) -> None:
        """Take no more responses to this request."""
        key = (request.branch, request.method)
        self._waiting.pop(key, None)
        self._answered(key)

    async def ask(self, message: Message) -> Message:
        """Send a request that is not an INVITE, and return its final response."""
        done: asyncio.Future[Message] = self._loop.create_future()

        def take(answer: Message, _at: float) -> None:
            if answer.status >= 200 and not done.done():
                done.set_result(answer)

        self.request(message, take)
        try:
            return await done
        finally:
            self.forget(message)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (uvloop's has the interface, not the base class)."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        """Hand a response to who waits for it, a request to the owner."""
        at = monotonic()
        message = Message.parse(data)
        if not message.status:
            self._on_request(message, at)
            return
        key = (message.branch, message.method)
        self._answered(key)
        on_answer = self._waiting.get(key)
        if on_answer is not None:
            on_answer(message, at)

    def _send_again(self, key: tuple[str, str], message: Message, tries: int) -> None:
        if tries == len(RESEND_SECONDS):
            self._resends.pop(key, None)
            on_answer = self._waiting.pop(key, None)
            if on_answer is not None:
                on_answer(NO_ANSWER, monotonic())
            return
        self.send(message)
        self._resends[key] = self._loop.call_later(
            RESEND_SECONDS[tries], self._send_again, key, message, tries + 1
        )

    def _answered(self, key: tuple[str, str]) -> None:
        resend = self._resends.pop(key, None)
        if resend is not None:
            resend.cancel()


def wide_socket(host: str) -> socket.socket:
    """A UDP socket on a free port of ``host`` with as much room for what comes as we can get."""
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    endpoint.settimeout(0)
    endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    endpoint.bind((host, 0))
    return endpoint
