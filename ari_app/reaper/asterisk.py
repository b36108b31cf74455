"""Asterisk as the reaper sees it: ARI over plain HTTP, one request at a time.

No WebSocket and no library: what clears up after a controller shares as little with it as it can.
"""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from ari_app.reaper.decide import Act, DeleteBridge, HangUp, ToFallback, alone
from ari_app.reaper.world import Bridge, Channel

APP = "duudlaga"


class AsteriskAwayError(Exception):
    """Asterisk does not answer, or not with sense; the text is a sentence."""


class Asterisk:
    """The Asterisk at ``url`` (``http://host:port``)."""

    def __init__(self, url: str, user: str, password: str, timeout_seconds: float = 2.0) -> None:
        self._url = urlsplit(url)
        token = b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}
        self._timeout = timeout_seconds

    def has_controller(self) -> bool:
        """Tell whether a controller is connected, be it a sound one or not."""
        return self._ask("GET", f"applications/{APP}")[0] == 200

    def look(self, *, limits: bool) -> tuple[list[Channel], list[Bridge]]:
        """Return all channels and bridges; with ``limits``, of callers who are alone also the time
        left to them, a request for each.
        """
        channels = [_channel(each) for each in self._list("channels")]
        bridges = [Bridge(each["id"], tuple(each["channels"])) for each in self._list("bridges")]
        if limits:
            left = {each.id: self._left_seconds(each.id) for each in alone(channels, bridges)}
            channels = [replace(each, left_seconds=left.get(each.id)) for each in channels]
        return channels, bridges

    def do(self, act: Act) -> bool:
        """Carry the act out; tell whether there was anything left to do."""
        status, _ = self._ask(*_request(act))
        return status < 300

    def _left_seconds(self, channel: str) -> float | None:
        """Ask for the limit. Asterisk answers only after a playback: a caller who hears one is not
        in silence, and ``None`` leaves the caller alone.
        """
        uri = f"channels/{quote(channel)}/variable?variable=TIMEOUT(absolute)"
        try:
            status, body = self._ask("GET", uri)
            return float(body["value"]) if status == 200 else None
        except (AsteriskAwayError, KeyError, TypeError, ValueError):
            return None

    def _list(self, what: str) -> Sequence[dict[str, Any]]:
        status, body = self._ask("GET", what)
        if status != 200 or not isinstance(body, list):
            raise AsteriskAwayError(f"ARI answered {status} when asked for {what}.")
        return body

    def _ask(self, method: str, uri: str) -> tuple[int, Any]:
        host, port = self._url.hostname or "127.0.0.1", self._url.port
        connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        try:
            connection.request(method, f"/ari/{uri}", headers=self._headers)
            answer = connection.getresponse()
            body = answer.read()
            return answer.status, json.loads(body) if body else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise AsteriskAwayError(f"ARI does not answer {method} {uri}: {error}.") from error
        finally:
            connection.close()


def _channel(facts: dict[str, Any]) -> Channel:
    place = facts["dialplan"]
    app = place.get("app_data", "").partition(",")[0]
    ours = place.get("app_name") == "Stasis" and app == APP
    return Channel(facts["id"], up=facts["state"] == "Up", ours=ours)


def _request(act: Act) -> tuple[str, str]:
    match act:
        case ToFallback(channel):
            place = "context=fallback&extension=s&priority=1"
            return "POST", f"channels/{quote(channel)}/continue?{place}"
        case HangUp(channel):
            return "DELETE", f"channels/{quote(channel)}"
        case DeleteBridge(bridge):
            return "DELETE", f"bridges/{quote(bridge)}"
