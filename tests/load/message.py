"""SIP messages (RFC 3261) as far as a load generator needs them: no transport but UDP."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

_TAG = re.compile(r";tag=([^;>\s]+)")
_BRANCH = re.compile(r"branch=([^;,\s]+)")
_ADDRESS = re.compile(r"<([^>]+)>")
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response. ``headers`` by lower-case name; repeated ones joined by commas."""

    start: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Message:
        """Read one datagram. Compact header names are not known: Asterisk does not send them."""
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            name, value = name.strip().lower(), value.strip()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return cls(start, headers, body)

    def bytes(self) -> bytes:
        """The datagram."""
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers.items())]
        lines.append(f"Content-Length: {len(self.body.encode())}")
        return ("\r\n".join(lines) + "\r\n\r\n" + self.body).encode()

    @property
    def status(self) -> int:
        """A response's status; 0 for a request."""
        return int(self.start[8:11]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """The method of a request, or of the request that a response answers."""
        return self.headers["cseq"].split()[1]

    @property
    def call(self) -> str:
        """The Call-ID."""
        return self.headers["call-id"]

    @property
    def branch(self) -> str:
        """The transaction: the branch of the topmost Via."""
        found = _BRANCH.search(self.headers["via"])
        return found[1] if found else ""

    @property
    def contact(self) -> str:
        """The URI to which further requests of the dialog go."""
        return address(self.headers["contact"])

    def reply(
        self, status: int, phrase: str, tag: str = "", *, contact: str = "", body: str = ""
    ) -> Message:
        """The response to this request."""
        headers = {name: self.headers[name] for name in ("via", "from", "to", "call-id", "cseq")}
        if tag and not _TAG.search(headers["to"]):
            headers["to"] += f";tag={tag}"
        if contact:
            headers["contact"] = f"<{contact}>"
        if body:
            headers["content-type"] = "application/sdp"
        return Message(f"SIP/2.0 {status} {phrase}", headers, body)


def address(header: str) -> str:
    """The URI in a From, To or Contact header."""
    found = _ADDRESS.search(header)
    return found[1] if found else header.partition(";")[0].strip()


def new_token() -> str:
    """A new tag, branch or Call-ID."""
    return secrets.token_hex(8)


def sound_offer(host: str, port: int) -> str:
    """The SDP of one audio stream, A-law or µ-law, without telephone events: keys go by INFO."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
        "a=ptime:20\r\na=sendrecv\r\n"
    )


def sound_port(sdp: str) -> int:
    """The port to which the other side wants its audio."""
    found = re.search(r"^m=audio (\d+)", sdp, re.MULTILINE)
    return int(found[1]) if found else 0


def authorization(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization header for a digest challenge with MD5 and qop=auth (RFC 2617)."""
    asked = {name: quoted or plain for name, quoted, plain in _PARAMETER.findall(challenge)}
    realm, nonce, fresh = asked["realm"], asked["nonce"], new_token()
    who = _md5(f"{user}:{realm}:{password}")
    digest = _md5(f"{who}:{nonce}:00000001:{fresh}:auth:{_md5(f'{method}:{uri}')}")
    opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
        f'response="{digest}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{fresh}"{opaque}'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
