"""A phone that can only register, by UDP: enough to be reachable."""

from __future__ import annotations

import hashlib
import queue
import re
import socket
import threading
import uuid
from typing import Self

ECHOED = ("Via:", "From:", "To:", "Call-ID:", "CSeq:")


class SipPhone:
    """``account`` at the Asterisk on ``port`` of 127.0.0.1. Answers OPTIONS until it is closed."""

    def __init__(self, port: int, account: str, password: str) -> None:
        self._server = ("127.0.0.1", port)
        self._account = account
        self._password = password
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._call = uuid.uuid4().hex
        self._number = 0
        self._answers: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def register(self, expires: int = 120) -> int:
        """Send REGISTER with the right digest; return the final status."""
        answer = self._ask(expires, "")
        challenge = re.search(r"WWW-Authenticate: (.*)", answer)
        if challenge is None:
            return _status(answer)
        facts = dict(re.findall(r'(\w+)="([^"]*)"', challenge[1]))
        uri = f"sip:127.0.0.1:{self._server[1]}"
        secret = _md5(f"{self._account}:{facts['realm']}:{self._password}")
        request = _md5(f"REGISTER:{uri}")
        digest = _md5(f"{secret}:{facts['nonce']}:00000001:c:auth:{request}")
        opaque = f', opaque="{facts["opaque"]}"' if "opaque" in facts else ""
        return _status(
            self._ask(
                expires,
                f'Authorization: Digest username="{self._account}", realm="{facts["realm"]}", '
                f'nonce="{facts["nonce"]}", uri="{uri}", response="{digest}", algorithm=MD5, '
                f'qop=auth, nc=00000001, cnonce="c"{opaque}\r\n',
            )
        )

    def close(self) -> None:
        """Fall silent, without a word."""
        self._socket.sendto(b"", self._socket.getsockname())
        self._reader.join(5)
        self._socket.close()

    def _ask(self, expires: int, authorization: str) -> str:
        self._number += 1
        host, port = self._socket.getsockname()
        uri = f"sip:127.0.0.1:{self._server[1]}"
        self._socket.sendto(
            (
                f"REGISTER {uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{uuid.uuid4().hex}\r\n"
                f"From: <sip:{self._account}@127.0.0.1>;tag=1\r\n"
                f"To: <sip:{self._account}@127.0.0.1>\r\n"
                f"Call-ID: {self._call}\r\nCSeq: {self._number} REGISTER\r\nMax-Forwards: 70\r\n"
                f"Contact: <sip:{self._account}@{host}:{port}>\r\nExpires: {expires}\r\n"
                f"{authorization}Content-Length: 0\r\n\r\n"
            ).encode(),
            self._server,
        )
        while _status(answer := self._answers.get(timeout=5)) < 200:
            pass
        return answer

    def _read(self) -> None:
        while packet := self._socket.recv(65535).decode():
            lines = packet.split("\r\n")
            if lines[0].startswith("SIP/2.0"):
                self._answers.put(packet)
            elif lines[0].startswith("OPTIONS"):
                kept = [line for line in lines if line.startswith(ECHOED)]
                reply = "\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""])
                self._socket.sendto(reply.encode(), self._server)


def _status(answer: str) -> int:
    return int(answer.split()[1])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
