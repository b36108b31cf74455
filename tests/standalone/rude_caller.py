"""A caller who sends any bytes as a SIP INVITE, from an address of its own."""

import re
import socket
import uuid
from dataclasses import dataclass, field

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.3\r\ns=-\r\nc=IN IP4 127.0.0.3\r\nt=0 0\r\n"
    "m=audio 49170 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)


@dataclass
class RudeCaller:
    """One call to `house` (address and port). Used as a context manager."""

    house: tuple[str, int]
    dialled: bytes = b"70110001"
    name: bytes = b"Rude"
    number: bytes = b"99112233"
    line: socket.socket = field(init=False)
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __enter__(self) -> "RudeCaller":
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.3", 0))
        self.line.settimeout(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def call(self) -> int:
        """Send the INVITE; return the final status, having hung up when it was answered."""
        self._send(b"INVITE", 1, _SDP.encode())
        while True:
            answer = self.line.recv(65535)
            status = int(answer.split()[1])
            if status >= 200 and b"CSeq: 1 INVITE" in answer:
                break
        to = re.search(rb"^To: .*$", answer, re.MULTILINE)
        assert to is not None
        self._send(b"ACK", 1, to=to[0].strip())
        if status < 300:
            self._send(b"BYE", 2, to=to[0].strip())
            while b"CSeq: 2 BYE" not in self.line.recv(65535):
                pass
        return status

    def _send(self, method: bytes, number: int, body: bytes = b"", to: bytes = b"") -> None:
        host, port = self.house
        here = f"127.0.0.3:{self.line.getsockname()[1]}"
        uri = b"sip:" + (self.dialled + b"@" if self.dialled else b"") + f"{host}:{port}".encode()
        lines = [
            method + b" " + uri + b" SIP/2.0",
            f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{uuid.uuid4().hex}".encode(),
            b"Max-Forwards: 70",
            b'From: "' + self.name + b'" <sip:' + self.number + b"@127.0.0.3>;tag=1",
            to or b"To: <" + uri + b">",
            f"Call-ID: {self.call_id}".encode(),
            b"CSeq: %d %s" % (number, method),
            f"Contact: <sip:{here}>".encode(),
            *([b"Content-Type: application/sdp"] if body else []),
            b"Content-Length: %d" % len(body),
        ]
        self.line.sendto(b"\r\n".join(lines) + b"\r\n\r\n" + body, self.house)
