"""The door at which a process is asked how it is: HTTP on a Unix socket, in a thread of its own.

Why a Unix socket
    Nothing can reach it from outside the machine, it needs no port, and a process without a
    network (docker/compose.yaml) has it in the shared home all the same.

Why a thread
    It answers while the process is busy or its event loop hangs, and then says so.
"""

from __future__ import annotations

import json
import os
import socketserver
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any, Self

import structlog

from ari_app.health.exposition import exposition
from ari_app.health.report import Report

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 3600.0
"""Between two looks whether to stop: :meth:`HealthServer.close` wakes the thread by itself."""


class HealthServer:
    """Answers ``GET /health`` and ``GET /metrics`` at ``socket`` from :meth:`start` to the end.

    ``report()`` is called in the server's threads, once for each question; it may read files, and
    must not touch what another thread changes. A process is worth more than its door: one that
    cannot be opened is logged, and the process goes on without.
    """

    def __init__(self, socket: Path, report: Callable[[], Report]) -> None:
        self._socket = socket
        self._report = report
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._inode = 0

    def start(self) -> Self:
        """Open the door. A newer process of the same name takes it over."""
        unfinished = self._socket.with_name(f"{self._socket.name}.{os.getpid()}")
        try:
            self._socket.parent.mkdir(parents=True, exist_ok=True)
            unfinished.unlink(missing_ok=True)
            self._server = _Server(str(unfinished), _handler(self._report))
            unfinished.chmod(0o600)
            self._inode = unfinished.stat().st_ino
            unfinished.rename(self._socket)
        except OSError as error:
            log.error("health_not_served", socket=str(self._socket), reason=str(error))
            self.close()
            return self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK_SECONDS,), name="health", daemon=True
        )
        self._thread.start()
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the door, unless it is another's by now."""
        server, self._server = self._server, None
        if server is None:
            return
        if self._thread is not None:
            server.socket.shutdown(SHUT_RDWR)  # on Linux this ends the waiting for callers
            server.shutdown()
            self._thread.join()
        server.server_close()
        try:
            if self._socket.stat().st_ino == self._inode:
                self._socket.unlink()
        except FileNotFoundError:
            log.debug("health_socket_gone", socket=str(self._socket))


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One who asks and goes, or who asks what cannot be answered, ends nothing."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):  # who asked may have given up
            log.error("health_question_failed", reason=repr(error))


def _handler(report: Callable[[], Report]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 2.0  # seconds for whoever is slow to ask

        def do_GET(self) -> None:
            if self.path == "/health":
                answer = report()
                body = json.dumps(answer.to_json(), ensure_ascii=False).encode()
                status = 503 if answer.state == "down" else 200
                self._send(status, "application/json", body)
            elif self.path == "/metrics":
                self._send(200, "text/plain; version=0.0.4; charset=utf-8", exposition(report()))
            else:
                self._send(404, "text/plain; charset=utf-8", b"There are /health and /metrics.\n")

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Questions come every few seconds, and are no news."""

    return Handler
