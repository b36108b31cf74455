"""REST over ARI's WebSocket, as it stands on the wire (Asterisk 22.4 and later).

Source: ``RESTRequest`` and ``RESTResponse`` in Asterisk's ``rest-api/api-docs/events.json``.
"""

from __future__ import annotations

from typing import Any

import msgspec


class RestRequest(msgspec.Struct, frozen=True, tag_field="type", tag="RESTRequest", gc=False):
    """One request without a body."""

    request_id: str
    method: str
    uri: str


class RestRequestWithBody(
    msgspec.Struct, frozen=True, tag_field="type", tag="RESTRequest", gc=False
):
    """One request with a body: JSON as text, with its content type.

    22.10.1 ignores or misreads a JSON object in place of the text, and refuses a text without
    its content type (tests/telephony/ari/test_real_requests.py).
    """

    request_id: str
    method: str
    uri: str
    message_body: str
    content_type: str = "application/json"


class Response(msgspec.Struct, frozen=True, tag_field="type", tag="RESTResponse", gc=False):
    """Asterisk's answer. ``body`` is JSON as text, or empty (204)."""

    request_id: str = ""
    status: int = msgspec.field(name="status_code", default=0)
    phrase: str = msgspec.field(name="reason_phrase", default="")
    body: str = msgspec.field(name="message_body", default="")

    @property
    def reason(self) -> str:
        """Asterisk's words: the message of a refusal, else the status' name."""
        if self.status >= 400 and self.body:
            try:
                return str(msgspec.json.decode(self.body)["message"])
            except (msgspec.DecodeError, KeyError, TypeError):
                return f"{self.phrase}: {self.body[:200]}"
        return self.phrase

    def json(self) -> Any:
        """Return the body's value; ``None`` when there is no body."""
        return msgspec.json.decode(self.body) if self.body else None
