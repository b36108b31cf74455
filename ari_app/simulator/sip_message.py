"""A SIP message as bytes: what the ear reads of it, and the sound's address that it puts in."""

import re
from dataclasses import dataclass
from typing import Self

_CALL_ID = re.compile(rb"(?im)^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]+)")
_METHOD = re.compile(rb"(?im)^cseq[ \t]*:[ \t]*\d+[ \t]+(\w+)")
_LENGTH = re.compile(rb"(?im)^(content-length|l)[ \t]*:[ \t]*\d+")
_TYPE = re.compile(rb"(?im)^(?:content-type|c)[ \t]*:[ \t]*application/sdp\b")
_STATUS = re.compile(rb"SIP/2\.0 (\d{3})")
_HOST = re.compile(rb"(?m)^c=IN IP4 ([^\s/]+)")
_AUDIO = re.compile(rb"(?m)^m=audio (\d+)")

Address = tuple[str, int]


@dataclass(frozen=True)
class SipMessage:
    """`head` holds the start line and the headers; `status` is 0 in a request."""

    head: bytes
    body: bytes
    call_id: str
    method: str
    status: int

    @classmethod
    def read(cls, datagram: bytes) -> Self | None:
        """The message, or `None` when it belongs to no call, as a keep-alive does."""
        head, _, body = datagram.partition(b"\r\n\r\n")
        call_id, method = _CALL_ID.search(head), _METHOD.search(head)
        if call_id is None or method is None:
            return None
        status = _STATUS.match(head)
        return cls(
            head=head,
            body=body,
            call_id=call_id[1].strip().decode(errors="replace"),
            method=method[1].decode().upper(),
            status=int(status[1]) if status else 0,
        )

    @property
    def sound_address(self) -> Address | None:
        """Where the sender wants its sound; `None` when it says nothing of it, or refuses it."""
        host, port = _HOST.search(self.body), _AUDIO.search(self.body)
        if not _TYPE.search(self.head) or host is None or port is None or port[1] == b"0":
            return None
        return host[1].decode(), int(port[1])

    def with_sound_address(self, address: Address) -> bytes:
        """The datagram with another address for its sound; the rest stays as it is."""
        body = _HOST.sub(b"c=IN IP4 " + address[0].encode(), self.body)
        body = _AUDIO.sub(b"m=audio %d" % address[1], body)
        head = _LENGTH.sub(rb"\1: %d" % len(body), self.head)
        return head + b"\r\n\r\n" + body
