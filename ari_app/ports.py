"""Ports for one copy of Duudlaga: the usual ones, or another free block of them."""

import errno
import socket
import zlib
from dataclasses import dataclass
from pathlib import Path

from ari_app.settings_error import SettingsError

# A further copy's block lies below Linux's ephemeral ports, which begin at 32768.
_OTHER_BLOCKS = 10
_STEP = 10
_RTP_FIRST = 10000
_RTP_SIZE = 500


@dataclass(frozen=True)
class Ports:
    """Every port that a copy listens on. RTP ranges include both ends; a leg takes two of them.

    `outside` is the second Asterisk, which plays the callers and phones.
    """

    sip_port: int = 5160
    ari_port: int = 8188
    ami_port: int = 5138
    rtp_start: int = 20000
    rtp_end: int = 23999
    outside_sip_port: int = 5160
    outside_ami_port: int = 5139
    outside_rtp_start: int = 24000
    outside_rtp_end: int = 27999

    @property
    def outside_inner_sip_port(self) -> int:
        """The second Asterisk's own; the ear has `outside_sip_port`, where the house finds it."""
        return self.outside_sip_port + 1

    def taken(self, inside: str, outside: str) -> list[str]:
        """The names of ports that another program holds on the two addresses.

        RTP ports are not tried: a copy that uses them also holds its SIP port.
        """
        wanted = (
            ("sip_port", inside, self.sip_port, socket.SOCK_DGRAM),
            ("ari_port", inside, self.ari_port, socket.SOCK_STREAM),
            ("ami_port", inside, self.ami_port, socket.SOCK_STREAM),
            ("outside_sip_port", outside, self.outside_sip_port, socket.SOCK_DGRAM),
            ("outside_sip_port", outside, self.outside_inner_sip_port, socket.SOCK_DGRAM),
            ("outside_ami_port", outside, self.outside_ami_port, socket.SOCK_STREAM),
        )
        taken = (name for name, host, port, kind in wanted if not _is_free(host, port, kind))
        return list(dict.fromkeys(taken))


def free_ports(home: Path, inside: str, outside: str, *, usual_first: bool) -> Ports:
    """A free block of ports; the usual ones, when they are free and `usual_first` asks for them.

    Each home seeks from another block on, so that copies that start at once seldom meet.
    """
    first = zlib.crc32(bytes(home)) % _OTHER_BLOCKS
    others = [_block((first + n) % _OTHER_BLOCKS) for n in range(_OTHER_BLOCKS)]
    for ports in (Ports(), *others) if usual_first else others:
        if not ports.taken(inside, outside):
            return ports
    raise SettingsError(
        f"No free block of ports on {inside} and {outside}: all are in use. "
        "Stop another copy, or pin ports in settings.env."
    )


def _block(number: int) -> Ports:
    usual = Ports()
    shift = _STEP * (number + 1)
    rtp = _RTP_FIRST + 2 * _RTP_SIZE * number
    return Ports(
        sip_port=usual.sip_port + shift,
        ari_port=usual.ari_port + shift,
        ami_port=usual.ami_port + shift,
        rtp_start=rtp,
        rtp_end=rtp + _RTP_SIZE - 1,
        outside_sip_port=usual.outside_sip_port + shift,
        outside_ami_port=usual.outside_ami_port + shift,
        outside_rtp_start=rtp + _RTP_SIZE,
        outside_rtp_end=rtp + 2 * _RTP_SIZE - 1,
    )


def _is_free(host: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:  # as servers do: connections just closed do not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise SettingsError(f"Port {port} cannot be opened on {host}: {error}.") from error
    return True
