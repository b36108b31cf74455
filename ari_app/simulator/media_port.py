"""The pair of UDP ports through which one leg's sound passes, and the time at which it came."""

import socket
import struct
import time
from collections.abc import Iterator

Address = tuple[str, int]

# Linux: the kernel's own time of arrival comes with each datagram. Not in Python's socket module.
_SO_TIMESTAMPNS = 35
_TIME = struct.Struct("qq")
_SPACE = socket.CMSG_SPACE(_TIME.size)
_AT_ONCE = 64
_TRIES = 100


def open_udp(host: str, port: int = 0) -> socket.socket:
    """A socket that does not block and tells when a datagram came; any free port for 0."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        opened.settimeout(0)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


def open_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Sockets for RTP, on an even port, and for RTCP, on the next one."""
    for _ in range(_TRIES):
        rtp = open_udp(host)
        port = rtp.getsockname()[1]
        if port % 2 == 0:
            try:
                return rtp, open_udp(host, port + 1)
            except OSError:  # the next one is another's
                pass
        rtp.close()
    raise OSError(f"no pair of free UDP ports on {host}")


def arrived(receiver: socket.socket, size: int = 2048) -> Iterator[tuple[bytes, Address, float]]:
    """Datagrams that wait, with their sender and the Unix time of their arrival."""
    for _ in range(_AT_ONCE):
        try:
            data, extra, _, sender = receiver.recvmsg(size, _SPACE)
        except (BlockingIOError, ConnectionRefusedError):
            return
        at = time.time()
        for level, kind, value in extra:
            if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
                seconds, nanoseconds = _TIME.unpack(value)
                at = seconds + nanoseconds / 1e9
        yield data, sender, at
