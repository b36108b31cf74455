"""What can go wrong between us and ARI, as sentences."""

from __future__ import annotations


class AriError(Exception):
    """Asterisk refused a request. ``status`` is the HTTP status, ``reason`` Asterisk's words."""

    def __init__(self, request: str, status: int, reason: str) -> None:
        super().__init__(f"Asterisk refused {request}: {status} {reason}")
        self.status = status
        self.reason = reason


class ConnectionLost(Exception):  # noqa: N818 (reads as what happened)
    """The socket was gone before the answer came: nobody knows whether the request was done."""
