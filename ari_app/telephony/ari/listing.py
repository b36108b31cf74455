"""Lists of everything, over plain HTTP.

Asterisk 22.10.1 dies (SIGSEGV in res_http_websocket) when it is to answer ``GET channels`` with
about 1,200 channels over a WebSocket; 1,100, 394 KB, went well. Over HTTP there is no such limit.
"""

from __future__ import annotations

import base64
import http.client
from urllib.parse import urlsplit

from ari_app.telephony.ari.errors import AriError, ConnectionLost

PATIENCE_SECONDS = 5.0


class Listing:
    """Asks the Asterisk at ``url`` (``http://host:port``); blocks, so call it in a thread."""

    def __init__(self, url: str, user: str, password: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 8088
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    def get(self, uri: str) -> bytes:
        """Return the JSON that Asterisk answers; raises ``AriError`` or ``ConnectionLost``."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", f"/ari/{uri}", headers=self._headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionLost(f"GET {uri} got no answer: {error!r}") from error
        finally:
            connection.close()
        if answer.status >= 400:
            raise AriError(f"GET {uri}", answer.status, answer.reason)
        return body
