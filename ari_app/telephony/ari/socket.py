"""One WebSocket to Asterisk, without a task of its own: frames in and out are plain calls.

The library's protocol is used without its asyncio layer. Sending is then synchronous and in order,
and a message costs about half the CPU (docs/decisions/0002-ari-connection.md).
"""

from __future__ import annotations

import asyncio
from typing import Protocol as Interface
from typing import cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

WRITE_LIMIT = 1 << 20
"""Bytes that may wait to be written: some 5,000 requests that Asterisk does not read."""


class Listener(Interface):
    """Who hears of a socket. All calls come from the event loop, in order."""

    def on_open(self) -> None:
        """Frames can be sent from now on."""

    def on_text(self, frame: bytes) -> None:
        """A text frame came."""

    def on_close(self, reason: str) -> None:
        """The end, told once: after it nothing more comes."""


class Socket(asyncio.Protocol):
    """A WebSocket to ``url`` (``ws://…``) with the header ``Authorization: authorization``."""

    def __init__(self, url: str, authorization: str, listener: Listener) -> None:
        # Asterisk's answer to GET channels grows with the number of calls: no limit.
        self._ws = ClientProtocol(parse_uri(url), max_size=None)
        self._authorization = authorization
        self._listener: Listener | None = listener
        self._transport: asyncio.Transport | None = None
        self._parts: list[bytes] = []
        self.full = False

    def send(self, frame: bytes) -> None:
        """Send one text frame, after all those sent before."""
        self._ws.send_text(frame)
        self._flush()

    def abort(self, reason: str) -> None:
        """Drop the connection now, without a word to the other side."""
        if self._transport is not None:
            self._transport.abort()
        self._closed(reason)

    def close(self, reason: str) -> None:
        """Say goodbye and close; what was sent before still goes out."""
        if self._transport is not None and not self._transport.is_closing():
            self._ws.send_close(1001)
            self._flush()
            self._transport.close()
        self._closed(reason)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        # uvloop's transports are asyncio.Transport by interface only.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=WRITE_LIMIT)
        request = self._ws.connect()
        request.headers["Authorization"] = self._authorization
        self._ws.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Take all frames out of what came."""
        self._ws.receive_data(data)
        self._flush()
        for event in self._ws.events_received():
            if self._listener is None:
                return
            if isinstance(event, Frame):
                self._frame(event)
            elif self._ws.handshake_exc is None:
                self._listener.on_open()
        if self._ws.handshake_exc is not None:
            self.abort(f"Asterisk did not open the WebSocket: {self._ws.handshake_exc}")

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the listener why."""
        self._ws.receive_eof()
        if self._ws.close_code is not None and self._ws.close_code != 1006:
            self._closed(f"Asterisk closed the WebSocket: {self._ws.close_exc}")
        else:
            self._closed(f"the connection to Asterisk ended: {exc or 'closed by the other side'}")

    def pause_writing(self) -> None:
        """Asterisk reads too slowly."""
        self.full = True

    def resume_writing(self) -> None:
        """Asterisk caught up."""
        self.full = False

    def _frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            assert self._transport is not None
            self._transport.close()
        elif frame.opcode is Opcode.TEXT or frame.opcode is Opcode.CONT:
            self._parts.append(bytes(frame.data))
            if frame.fin:
                message = b"".join(self._parts)
                self._parts.clear()
                assert self._listener is not None
                self._listener.on_text(message)

    def _flush(self) -> None:
        assert self._transport is not None
        for data in self._ws.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                self._transport.write_eof()

    def _closed(self, reason: str) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.on_close(reason)
