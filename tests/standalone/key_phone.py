"""A caller's telephone with keys: sound both ways, keys as RFC 4733, as INFO, or as both."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from tests.standalone.sip_line import ADDRESS, SipLine

PACKET_SECONDS = 0.02
_SAMPLES = 160
_KEYS = "0123456789*#ABCD"
_SOUND, _KEY = 8, 101
_QUIET = b"\xd5" * _SAMPLES


class KeyPhone:
    """One call. ``heard``: when each packet of sound came, in monotonic seconds.

    ``says`` gives the next 20 ms of the caller's own sound, in A-law.
    """

    def __init__(self, house: tuple[str, int]) -> None:
        self.line = SipLine(house)
        """The call's signalling."""
        self.heard: list[float] = []
        self.says: Callable[[], bytes] = lambda: _QUIET
        self._sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sound.bind((ADDRESS, 0))
        self._sound.settimeout(0.1)
        self._held: tuple[str, int] | None = None
        self._over = threading.Event()
        self._far = ("", 0)
        self._threads = [threading.Thread(target=each) for each in (self._send, self._listen)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self._sound.close()
        self.line.__exit__()

    def call(self, number: str, caller: str, *, keys: bool = True) -> None:
        """Call, and begin to send sound; ``keys``: RFC 4733 is offered."""
        port = self._sound.getsockname()[1]
        media = f"m=audio {port} RTP/AVP 8{' 101' if keys else ''}\r\na=rtpmap:8 PCMA/8000\r\n"
        if keys:
            media += "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
        assert self.line.invite(number, caller=f"<sip:{caller}@{ADDRESS}>", media=media) == 200
        host = re.search(r"^c=IN IP4 (\S+)", self.line.answer, re.MULTILINE)
        far = re.search(r"^m=audio (\d+)", self.line.answer, re.MULTILINE)
        assert host is not None
        assert far is not None
        self._far = (host[1], int(far[1]))
        for thread in self._threads:
            thread.start()

    def press(self, key: str, milliseconds: int) -> None:
        """Press a key by RFC 4733, for a multiple of 20 ms; return at once."""
        self._held = (key, milliseconds // 20)

    def inform(self, key: str, milliseconds: int) -> None:
        """Tell a key by INFO."""
        body = f"Signal={key}\r\nDuration={milliseconds}\r\n"
        self.line.ask("INFO", body=body, content="application/dtmf-relay")

    def _send(self) -> None:
        number, stamp, due = 0, 0, time.monotonic()
        begun: tuple[str, int, int] | None = None
        passed = 0
        while not self._over.is_set():
            if begun is None and self._held is not None:
                begun, passed = (*self._held, stamp), 0
                self._held = None
            if begun is None:
                packets = [(_SOUND, False, stamp, self.says())]
            else:
                key, length, start = begun
                passed += 1
                end = passed == length
                event = bytes([_KEYS.index(key), 0x8A if end else 10])
                event += (passed * _SAMPLES).to_bytes(2, "big")
                packets = [(_KEY, passed == 1, start, event)] * (3 if end else 1)
                begun = None if end else begun
            for kind, marked, at, payload in packets:
                number += 1
                head = bytes([0x80, kind | (0x80 if marked else 0)]) + (number % 65536).to_bytes(
                    2, "big"
                )
                self._sound.sendto(head + at.to_bytes(4, "big") + b"duud" + payload, self._far)
            stamp += _SAMPLES
            due += PACKET_SECONDS
            time.sleep(max(0.0, due - time.monotonic()))

    def _listen(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                packet = self._sound.recv(2048)
                if packet[1] & 0x7F == _SOUND:
                    self.heard.append(time.monotonic())
