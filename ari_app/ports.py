"""Ports for one copy of Duudlaga: the usual ones, or another free block of them.

Some seconds pass between the choice of a port and the moment when a program opens it. A copy that
starts therefore holds its ports by name until it ends: each name is an abstract Unix socket, which
belongs to the same network namespace as the port, whoever the user is, and which the kernel takes
back however the process ends.
"""

import errno
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ari_app.settings_error import SettingsError

# A further copy's block lies below Linux's ephemeral ports, which begin at 32768.
_OTHER_BLOCKS = 14
_STEP = 10
_RTP_FIRST = 6000
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

    def on(self, inside: str, outside: str) -> tuple["Listener", ...]:
        """The ports on the two addresses, without those of RTP.

        A copy that uses RTP ports also has the SIP port of their block.
        """
        return (
            Listener("sip_port", inside, self.sip_port, socket.SOCK_DGRAM),
            Listener("ari_port", inside, self.ari_port, socket.SOCK_STREAM),
            Listener("ami_port", inside, self.ami_port, socket.SOCK_STREAM),
            Listener("outside_sip_port", outside, self.outside_sip_port, socket.SOCK_DGRAM),
            Listener("outside_sip_port", outside, self.outside_inner_sip_port, socket.SOCK_DGRAM),
            Listener("outside_ami_port", outside, self.outside_ami_port, socket.SOCK_STREAM),
        )


@dataclass(frozen=True)
class Listener:
    """A port on which a copy listens; `setting` is the name of what sets it."""

    setting: str
    host: str
    number: int
    kind: socket.SocketKind

    def hold(self) -> socket.socket | None:
        """Keep the port for this process until the socket is closed; `None` when it is taken.

        One that another copy holds is not tried: that would disturb the program about to open it.
        """
        name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            name.bind(f"\0duudlaga {self.host}:{self.number} {self.kind.name}")
            if _is_free(self.host, self.number, self.kind):
                return name
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        except BaseException:
            name.close()
            raise
        name.close()
        return None


class PortHold:
    """Ports kept for this process, until :meth:`close`."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._names: dict[Listener, socket.socket] = {}

    def take(self, *ports: Listener) -> Listener | None:
        """Keep all these ports; return the first one that is taken, and then keep no new one.

        All copies ask in one order: of two who want the same block, one gets it.
        """
        new: dict[Listener, socket.socket] = {}
        for port in ports:
            if port in self._names:
                continue
            name = port.hold()
            if name is None:
                for kept in new.values():
                    kept.close()
                return port
            new[port] = name
        self._names |= new
        return None

    def close(self) -> None:
        """Give all of them back."""
        for name in self._names.values():
            name.close()
        self._names.clear()


def blocks(home: Path, *, usual_first: bool) -> Iterator[Ports]:
    """Blocks of ports in the order in which a home tries them; each begins with another one."""
    if usual_first:
        yield Ports()
    first = zlib.crc32(bytes(home)) % _OTHER_BLOCKS
    for n in range(_OTHER_BLOCKS):
        yield _block((first + n) % _OTHER_BLOCKS)


def free_ports(
    home: Path, inside: str, outside: str, *, usual_first: bool, hold: PortHold | None = None
) -> Ports:
    """A free block of ports; the usual ones, when they are free and `usual_first` asks for them.

    Without a `hold` another copy can take them from the next moment on.
    """
    for ports in blocks(home, usual_first=usual_first):
        trial = hold or PortHold()
        taken = trial.take(*ports.on(inside, outside))
        if hold is None:
            trial.close()
        if taken is None:
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
