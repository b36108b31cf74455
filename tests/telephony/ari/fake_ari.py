"""An ARI that speaks the same protocol over real sockets, and misbehaves on command."""

from __future__ import annotations

import asyncio
import http
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

Answer = Callable[[dict[str, Any]], "tuple[int, str]"]


class FakeAri:
    """Answers every request with 200, one after another on each socket.

    ``silent`` stops all answers, ``booting`` refuses sockets with 503, ``answer`` decides what a
    request gets. ``requests`` holds what came, as ``(app, method, uri)``.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str]] = []
        self.bodies: list[str] = []
        self.sockets: dict[str, ServerConnection] = {}
        self.opened: list[str] = []
        self.silent = False
        self.booting = False
        self.answer: Answer = lambda _: (200, '{"ping":"pong"}')
        self.gate = asyncio.Event()
        self.gate.set()
        self._server: Server | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1."""
        self._server = await serve(
            self._serve, "127.0.0.1", port, process_request=self._check, ping_interval=None
        )

    async def stop(self) -> None:
        """Cut everybody and stop listening."""
        assert self._server is not None
        for app in list(self.sockets):
            self.cut(app)
        self._server.close()
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self, app: str) -> None:
        """Drop a socket without a goodbye, as kill -9 does."""
        self.sockets.pop(app).transport.abort()

    async def send(self, app: str, *frames: dict[str, Any] | str | bytes) -> None:
        """Send frames as they are; events as dictionaries."""
        for frame in frames:
            payload = json.dumps(frame) if isinstance(frame, dict) else frame
            await self.sockets[app].send(payload, text=True)

    def asked(self, uri: str) -> list[str]:
        """The apps on whose sockets this was asked, in order."""
        return [app for app, _, asked in self.requests if asked == uri]

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.booting:
            return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "booting\n")
        if request.headers.get("Authorization") != "Basic ZHV1ZGxhZ2E6c2VjcmV0":
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, "who are you\n")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        app = parse_qs(urlsplit(socket.request.path).query)["app"][0]
        self.sockets[app] = socket
        self.opened.append(app)
        try:
            async for frame in socket:
                await self._handle(app, socket, json.loads(frame))
        except ConnectionClosed:
            # The tests cut sockets in both directions.
            return

    async def _handle(self, app: str, socket: ServerConnection, request: dict[str, Any]) -> None:
        self.requests.append((app, request["method"], request["uri"]))
        self.bodies.append(request.get("message_body", ""))
        await self.gate.wait()
        if self.silent:
            return
        status, body = self.answer(request)
        answer = {
            "type": "RESTResponse",
            "transaction_id": "",
            "request_id": request["request_id"],
            "status_code": status,
            "reason_phrase": http.HTTPStatus(status).phrase,
            "uri": request["uri"],
            "message_body": body,
        }
        await socket.send(json.dumps(answer))
