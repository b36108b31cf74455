"""Asks a process of this home how it is."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path

from ari_app.flow.said import Said
from ari_app.health.loop_lag import EVENT_LOOP
from ari_app.health.report import Report, report_from_json
from ari_app.health.socket_path import health_socket

PROCESSES = ("controller", "shipper", "recorder", "reaper")
"""Those of ours that answer."""


class SilentError(Exception):
    """The process does not say how it is: it is not there, or it stands still."""

    def __init__(self, said: Said) -> None:
        """Carry the sentence that says so."""
        super().__init__(said)
        self.said = said


def ask(run: Path, process: str, timeout_seconds: float = 1.0) -> Report:
    """Return what ``process`` says of itself; ``run`` is the home's folder of sockets.

    Raises :class:`SilentError`, a sentence.
    """
    connection = _UnixConnection(health_socket(run, process), timeout_seconds)
    try:
        connection.request("GET", "/health")
        return report_from_json(json.loads(connection.getresponse().read()))
    except (OSError, http.client.HTTPException) as error:
        said = Said("the {process} does not answer ({error})",
                    process=process, error=type(error).__name__)  # fmt: skip
        raise SilentError(said) from error
    except (ValueError, KeyError, TypeError) as error:
        said = Said("the {process} gives no sensible answer ({error})",
                    process=process, error=error)  # fmt: skip
        raise SilentError(said) from error
    finally:
        connection.close()


def works(run: Path, process: str) -> bool:
    """Return whether ``process`` answers, and its event loop, if it has one, turns.

    One that cannot do its work because something else is away works all the same: to start it anew
    would change nothing.
    """
    try:
        report = ask(run, process)
    except SilentError:
        return False
    return all(each.state != "down" for each in report.dependencies if each.name == EVENT_LOOP)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_seconds: float) -> None:
        super().__init__("localhost", timeout=timeout_seconds)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's file instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
