"""One socket that is kept open, and the requests that wait for their answers on it.

Asterisk carries out the requests of one socket strictly one after another, so the oldest request
without an answer is the one that Asterisk is busy with.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from ari_app.telephony.ari.errors import ConnectionLost
from ari_app.telephony.ari.events import AriEvent
from ari_app.telephony.ari.frames import Frames
from ari_app.telephony.ari.messages import Response, RestRequest, RestRequestWithBody
from ari_app.telephony.ari.pace import Pace
from ari_app.telephony.ari.socket import Socket

log = structlog.get_logger(__name__)

LONGEST_FRAME = 65_535
"""Asterisk closes the socket (1009) on a longer one."""

_PING = "GET asterisk/ping"
_OPENING = "opening the WebSocket"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Address:
    """Where a socket goes: ``url`` (``ws://…``) names the app, ``authorization`` says who asks."""

    host: str
    port: int
    url: str
    authorization: str


class Lane:
    """Keeps one socket open while :meth:`keep` runs.

    ``on_up()`` when it opened, ``on_down(reason)`` when it is gone, ``on_event(event)`` for each
    event: plain calls from the reader, in order.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        *,
        pace: Pace,
        counts: Counter[str],
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
        on_event: Callable[[AriEvent], None],
    ) -> None:
        self.name = name
        self.up = False
        self.stuck_beats = 0
        """For how many beats Asterisk has been busy with the same request."""
        self._address = address
        self._pace = pace
        self._counts = counts
        self._frames = Frames(counts)
        self._on_up = on_up
        self._on_down = on_down
        self._on_event = on_event
        self._socket: Socket | None = None
        self._gone: asyncio.Future[str] | None = None
        self._pending: dict[str, tuple[asyncio.Future[Response], str]] = {}
        self._last_id = 0

    def request(
        self, method: str, uri: str, body: object | None = None
    ) -> asyncio.Future[Response]:
        """Send a request now; the future ends with its answer or with ``ConnectionLost``.

        What cannot be sent at all gets its refusal here: 400 or 413.
        """
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        socket = self._socket
        if socket is None or not self.up or socket.full:
            state = "is full, since Asterisk reads too slowly" if self.up else "is not connected"
            _lose(future, f"{method} {uri} was not sent: ARI socket {self.name} {state}")
            return future
        self._last_id += 1
        number = str(self._last_id)
        try:
            frame = _frame(number, method, uri, body)
        except UnicodeEncodeError:
            future.set_result(Response(number, 400, "the request holds half a Unicode character"))
            return future
        if len(frame) > LONGEST_FRAME:
            future.set_result(Response(number, 413, f"the request is {len(frame)} bytes long"))
            return future
        self._counts["requests"] += 1
        self._pending[number] = (future, f"{method} {uri}")
        socket.send(frame)
        return future

    async def keep(self, gate: asyncio.Event | None = None) -> None:
        """Connect, and again whenever the socket is gone, until cancelled.

        With a ``gate``, connect only while it is open.
        """
        loop = asyncio.get_running_loop()
        failures = 0
        try:
            while True:
                if gate is not None:
                    await gate.wait()
                started = loop.time()
                reason = await self._live()
                failures = 0 if loop.time() - started > self._pace.beat_seconds else failures + 1
                log.warning("ari_socket_down", socket=self.name, reason=reason)
                await asyncio.sleep(self._pace.pause(failures))
        finally:
            if self._socket is not None:
                self._socket.close("we are stopping")

    def drop(self, reason: str) -> None:
        """Cut the socket now; every waiting request ends with ``ConnectionLost``."""
        if self._socket is not None:
            self._socket.abort(reason)

    def on_open(self) -> None:
        """Take the open socket into use."""
        self.up = True
        self._counts["connects"] += 1
        self._on_up()

    def on_text(self, frame: bytes) -> None:
        """Hand an answer to who waits for it, an event to the listener."""
        message = self._frames.decode(frame)
        if message is None:
            return
        if not isinstance(message, Response):
            self._on_event(message)
            return
        # A request that Asterisk cannot parse is answered without its id: it was the oldest.
        number = message.request_id if message.request_id in self._pending else self._oldest()
        if number is not None:
            future, _ = self._pending.pop(number)
            if not future.done():
                future.set_result(message)

    def on_close(self, reason: str) -> None:
        """Fail what waits, tell the listener, let :meth:`keep` connect again."""
        was_up, self.up, self._socket = self.up, False, None
        waiting, self._pending = self._pending, {}
        for future, request in waiting.values():
            if not future.done():
                _lose(future, f"{request} on ARI socket {self.name} got no answer: {reason}")
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(reason)
        if was_up:
            self._on_down(reason)

    def _oldest(self) -> str | None:
        return next(iter(self._pending), None)

    async def _live(self) -> str:
        """Open a socket and return, when it is gone, why."""
        loop = asyncio.get_running_loop()
        self._gone = loop.create_future()
        socket = self._socket = Socket(self._address.url, self._address.authorization, self)
        try:
            async with asyncio.timeout(self._pace.beat_seconds * self._pace.silent_beats):
                await loop.create_connection(lambda: socket, self._address.host, self._address.port)
        except OSError as error:
            # TimeoutError is one of them; its text is empty.
            socket.abort(str(error) or "Asterisk does not take the connection")
        return await self._watch(socket, self._gone)

    async def _watch(self, socket: Socket, gone: asyncio.Future[str]) -> str:
        """Ping an idle socket, cut a silent one; return why it is gone."""
        beats, seen, self.stuck_beats = 0, "", 0
        while not gone.done():
            await asyncio.wait({gone}, timeout=self._pace.beat_seconds)
            if gone.done():
                break
            oldest = self._oldest() if self.up else _OPENING
            if oldest is None:
                self.stuck_beats = 0
                self.request("GET", "asterisk/ping")
                continue
            beats = beats + 1 if oldest == seen else 1
            seen, self.stuck_beats = oldest, beats
            request = self._pending[oldest][1] if self.up else _OPENING
            patient = request not in (_PING, _OPENING)
            if beats >= (self._pace.blocked_beats if patient else self._pace.silent_beats):
                seconds = beats * self._pace.beat_seconds
                socket.abort(f"Asterisk did not answer {request} for {seconds:g} seconds")
        return gone.result()


def _frame(number: str, method: str, uri: str, body: object | None) -> bytes:
    if body is None:
        return _encode(RestRequest(number, method, uri))
    return _encode(RestRequestWithBody(number, method, uri, _encode(body).decode()))


def _lose(future: asyncio.Future[Response], reason: str) -> None:
    future.set_exception(ConnectionLost(reason))
    # Marks it as seen: a request that nobody waits for is no reason for asyncio to complain.
    future.exception()
