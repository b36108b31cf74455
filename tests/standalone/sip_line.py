"""A line of the telephone network: any SIP request, written out, and what comes back."""

from __future__ import annotations

import re
import socket
import time
import uuid
from collections.abc import Sequence
from typing import Self

ADDRESS = "127.0.0.3"
PCMA = "m=audio 49170 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
CALLER = "<sip:99112233@127.0.0.3>"


def sdp(media: str = PCMA) -> str:
    """An offer of ``media``, the lines from m= on."""
    return f"v=0\r\no=- 1 1 IN IP4 {ADDRESS}\r\ns=-\r\nc=IN IP4 {ADDRESS}\r\nt=0 0\r\n{media}"


class SipLine:
    """One call at most, from a socket of its own. Used as a context manager."""

    def __init__(self, house: tuple[str, int], address: str = ADDRESS) -> None:
        self._house = house
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._here = "{}:{}".format(*self._socket.getsockname())
        self._sequence = 0
        self._caller = CALLER
        self.call_id = uuid.uuid4().hex
        self.answer = ""
        """What the house said to the INVITE."""
        self.to = self.uri = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def invite(
        self,
        user: str = "70110001",
        *,
        uri: str = "",
        to: str = "",
        caller: str = CALLER,
        headers: Sequence[str] = (),
        media: str = PCMA,
    ) -> int:
        """Call; acknowledge the final answer and return its status, 0 when there is none."""
        host, port = self._house
        self.uri = uri or f"sip:{user}@{host}:{port}"
        self.to, self._caller = to or f"<{self.uri}>", caller
        answer = self.answer = self.ask("INVITE", headers=headers, body=sdp(media))
        if not answer:
            return 0
        found = re.search(r"^To: (.*?)\r$", answer, re.MULTILINE)
        assert found is not None
        self.to = found[1]
        self._send("ACK", self._sequence, (), "", "")
        return int(answer.split()[1])

    def hang_up(self) -> None:
        """End the call."""
        self.ask("BYE")

    def ask(
        self, method: str, *, headers: Sequence[str] = (), body: str = "",
        content: str = "application/sdp", seconds: float = 5.0,
    ) -> str:  # fmt: skip
        """Send a request; return its final answer, whole, or nothing if none came in time."""
        if not self.uri:
            self.uri = "sip:70110001@{}:{}".format(*self._house)
            self.to = f"<{self.uri}>"
        self._sequence += 1
        self._send(method, self._sequence, headers, body, content)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                answer = self._socket.recv(65535).decode(errors="replace")
            except TimeoutError:
                break
            ours = f"\r\nCSeq: {self._sequence} {method}\r\n" in answer
            if answer.startswith("SIP/2.0") and ours and int(answer.split()[1]) >= 200:
                return answer
        return ""

    def _send(
        self, method: str, sequence: int, headers: Sequence[str], body: str, content: str
    ) -> None:
        lines = [
            f"{method} {self.uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._here};rport;branch=z9hG4bK{uuid.uuid4().hex}",
            "Max-Forwards: 70",
            f"From: {self._caller};tag=1",
            f"To: {self.to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {sequence} {method}",
            f"Contact: <sip:{self._here}>",
            *headers,
            *([f"Content-Type: {content}"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._socket.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self._house)
