"""The ear: SIP and sound of the outside world pass through it, and it writes down what passes.

It has the address at which the house finds the outside world. The second Asterisk stands behind it
and takes it for the house. Datagrams go on unchanged; only the address of the sound is exchanged
for a pair of ports of the ear's, so that every packet of every leg comes past.
"""

import asyncio
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from ari_app.simulator.leg_file import (
    LATE,
    SIP_TO_HOUSE,
    SIP_TO_OUTSIDE,
    SUFFIX,
    TO_HOUSE,
    TO_OUTSIDE,
    leg_file,
    record,
)
from ari_app.simulator.media_port import Address, arrived, open_pair, open_udp
from ari_app.simulator.sip_message import SipMessage

log = structlog.get_logger(__name__)

WRITE_SECONDS = 0.5
_TICK_SECONDS = 0.05
_STOOD_STILL_SECONDS = 0.1
_LINGER_SECONDS = 2.0
"""After the end of a call packets are still on their way, and requests are answered."""
_IDLE_SECONDS = 600.0
KEPT_BYTES = 500_000_000


@dataclass
class _Leg:
    """One dialog. `ends_at` is monotonic, and `None` while the call goes on."""

    rtp: socket.socket
    rtcp: socket.socket
    file: Path
    inside: Address | None = None
    outside: Address | None = None
    unwritten: list[bytes] = field(default_factory=list)
    answered: bool = False
    last_at: float = field(default_factory=time.monotonic)
    ends_at: float | None = None


class Ear:
    """`outside` is the second Asterisk, `house` the first; `place` is where the house finds it."""

    def __init__(self, place: Address, outside: Address, house: Address, folder: Path) -> None:
        """Take the place; nothing is passed on before `run`."""
        self.counts: Counter[str] = Counter()
        self.worst_late_seconds = 0.0
        self._outside = outside
        self._house = house
        self._folder = folder
        self._legs: dict[str, _Leg] = {}
        self._sip = open_udp(*place)
        self._host = place[0]

    @property
    def legs(self) -> int:
        """How many are open now."""
        return len(self._legs)

    async def run(self) -> None:
        """Pass on and write down, until cancelled."""
        loop = asyncio.get_running_loop()
        self._folder.mkdir(parents=True, exist_ok=True)
        make_room(self._folder, KEPT_BYTES)
        loop.add_reader(self._sip, self._read_sip)
        try:
            await self._keep_time()
        finally:
            loop.remove_reader(self._sip)
            self._sip.close()
            self._write()
            for call_id in list(self._legs):
                self._close(call_id)

    async def _keep_time(self) -> None:
        """Write twice a second, and notice whenever the machine had no time for us."""
        write_at = time.monotonic() + WRITE_SECONDS
        while True:
            due = time.monotonic() + _TICK_SECONDS
            await asyncio.sleep(_TICK_SECONDS)
            now = time.monotonic()
            if now - due > _STOOD_STILL_SECONDS:
                self._stood_still(now - due)
            if now >= write_at:
                write_at = now + WRITE_SECONDS
                self._write()
                self._forget(now)

    def _stood_still(self, seconds: float) -> None:
        self.worst_late_seconds = max(self.worst_late_seconds, seconds)
        for leg in self._legs.values():
            leg.unwritten.append(record(LATE, time.time(), seconds))

    def _read_sip(self) -> None:
        for data, sender, at in arrived(self._sip, 65535):
            to_house = sender == self._outside
            message = SipMessage.read(data)
            leg = self._leg_of(message) if message else None
            onward = data
            if message and leg:
                kind = SIP_TO_HOUSE if to_house else SIP_TO_OUTSIDE
                leg.unwritten.append(record(kind, at, time.time() - at, message.head))
                self._follow(leg, message)
                onward = self._with_our_ports(leg, message, to_house) or data
            self.counts["sip"] += 1
            self._send(self._sip, onward, self._house if to_house else self._outside)

    def _leg_of(self, message: SipMessage) -> _Leg | None:
        leg = self._legs.get(message.call_id)
        if leg is None and message.method == "INVITE" and not message.status:
            leg = self._legs[message.call_id] = self._open(message.call_id)
        return leg

    def _open(self, call_id: str) -> _Leg:
        rtp, rtcp = open_pair(self._host)
        leg = _Leg(rtp, rtcp, leg_file(self._folder, call_id))
        loop = asyncio.get_running_loop()
        loop.add_reader(rtp, self._read_rtp, leg)
        loop.add_reader(rtcp, self._read_rtcp, leg)
        return leg

    def _follow(self, leg: _Leg, message: SipMessage) -> None:
        leg.last_at = time.monotonic()
        leg.answered |= message.method == "INVITE" and message.status // 100 == 2
        refused = message.method == "INVITE" and message.status >= 300 and not leg.answered
        if refused or message.method == "BYE":
            leg.ends_at = leg.ends_at or leg.last_at + _LINGER_SECONDS

    def _with_our_ports(self, leg: _Leg, message: SipMessage, to_house: bool) -> bytes | None:
        address = message.sound_address
        if address is None:
            return None
        if to_house:
            leg.outside = address
        else:
            leg.inside = address
        return message.with_sound_address(leg.rtp.getsockname())

    def _read_rtp(self, leg: _Leg) -> None:
        for data, sender, at in arrived(leg.rtp):
            to_house = sender == leg.outside
            target = leg.inside if to_house else leg.outside
            if target:
                self._send(leg.rtp, data, target)
            kind = TO_HOUSE if to_house else TO_OUTSIDE
            leg.unwritten.append(record(kind, at, time.time() - at, data))
            leg.last_at = time.monotonic()
            self.counts["rtp"] += 1

    def _read_rtcp(self, leg: _Leg) -> None:
        """RTCP is a sign of life for Asterisk, so it goes on too; nobody listens to it."""
        for data, (host, port), _ in arrived(leg.rtcp):
            to_house = (host, port - 1) == leg.outside
            target = leg.inside if to_house else leg.outside
            if target:
                self._send(leg.rtcp, data, (target[0], target[1] + 1))

    def _send(self, sender: socket.socket, data: bytes, target: Address) -> None:
        try:
            sender.sendto(data, target)
        except OSError as error:  # as lost on the wire: SIP is sent again, sound is not
            self.counts["lost"] += 1
            log.warning("not_passed_on", target=target, reason=str(error))

    def _write(self) -> None:
        for leg in self._legs.values():
            if leg.unwritten:
                try:
                    with leg.file.open("ab") as file:
                        file.write(b"".join(leg.unwritten))
                except OSError as error:
                    self.counts["unwritten"] += len(leg.unwritten)
                    log.error("not_written_down", file=str(leg.file), reason=str(error))
                leg.unwritten.clear()

    def _forget(self, now: float) -> None:
        for call_id, leg in list(self._legs.items()):
            if now > (leg.ends_at or leg.last_at + _IDLE_SECONDS):
                self._close(call_id)

    def _close(self, call_id: str) -> None:
        leg = self._legs.pop(call_id)
        loop = asyncio.get_running_loop()
        for opened in (leg.rtp, leg.rtcp):
            loop.remove_reader(opened)
            opened.close()


def make_room(folder: Path, kept_bytes: int) -> None:
    """Remove the oldest legs in `folder` until at most `kept_bytes` are left of them."""
    legs = sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
    total = 0
    for file in legs:
        total += file.stat().st_size
        if total > kept_bytes:
            file.unlink()
