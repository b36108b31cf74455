"""The ear between two parties on loopback: what goes on, what is written down, what is freed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ari_app.simulator import ear as ear_module
from ari_app.simulator.ear import Ear, make_room
from ari_app.simulator.leg_file import leg_file, read_leg
from ari_app.simulator.media_port import open_pair, open_udp
from ari_app.simulator.sip_message import SipMessage

CALL_ID = "a/../b@c"
RTP = b"\x80\x08\x00\x07\x00\x00\x00\xa0\x00\x00\x00\x09" + b"\xd5" * 160


def invite(port: int, host: str = "127.0.0.1", first: str = "") -> bytes:
    body = f"v=0\r\nc=IN IP4 {host}\r\nm=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
    return (
        f"{first or 'INVITE sip:bold@127.0.0.2:5160 SIP/2.0'}\r\n"
        f"From: <sip:99112233@127.0.0.1>;tag=1\r\nCall-ID: {CALL_ID}\r\nCSeq: 1 INVITE\r\n"
        f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def bye() -> bytes:
    return f"BYE sip:x@y SIP/2.0\r\nCall-ID: {CALL_ID}\r\nCSeq: 2 BYE\r\n\r\n".encode()


class Party:
    """One side: a socket for SIP, a pair for sound."""

    def __init__(self) -> None:
        self.sip = open_udp("127.0.0.1")
        self.rtp, self.rtcp = open_pair("127.0.0.1")

    @property
    def port(self) -> int:
        return int(self.rtp.getsockname()[1])

    def close(self) -> None:
        for opened in (self.sip, self.rtp, self.rtcp):
            opened.close()


async def receive(opened: socket.socket) -> bytes:
    async with asyncio.timeout(5):
        return await asyncio.get_running_loop().sock_recv(opened, 65535)


async def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not look():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@asynccontextmanager
async def between(folder: Path) -> AsyncIterator[tuple[Ear, Party, Party, tuple[str, int]]]:
    """(ear, outside, house, the ear's place)"""
    outside, house = Party(), Party()
    with open_udp("127.0.0.1") as free:
        place = free.getsockname()
    ear = Ear(place, outside.sip.getsockname(), house.sip.getsockname(), folder)
    running = asyncio.create_task(ear.run())
    await asyncio.sleep(0)
    try:
        yield ear, outside, house, place
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        outside.close()
        house.close()


async def test_sip_and_sound_go_on_in_both_directions_and_are_written_down(tmp_path: Path) -> None:
    async with between(tmp_path) as (ear, outside, house, place):
        outside.sip.sendto(invite(outside.port), place)
        offer = SipMessage.read(await receive(house.sip))
        assert offer
        assert offer.sound_address
        house.sip.sendto(invite(house.port, first="SIP/2.0 200 OK"), place)
        answer = SipMessage.read(await receive(outside.sip))
        assert answer
        assert answer.sound_address == offer.sound_address
        assert offer.sound_address[1] not in (outside.port, house.port)
        at = offer.sound_address
        for sender, receiver in ((outside, house), (house, outside)):
            sender.rtp.sendto(RTP, at)
            assert await receive(receiver.rtp) == RTP
            sender.rtcp.sendto(b"report", (at[0], at[1] + 1))
            assert await receive(receiver.rtcp) == b"report"
        assert ear.legs == 1
    leg = read_leg(leg_file(tmp_path, CALL_ID))
    assert [event.first_line for event in leg.sip] == [
        "INVITE sip:bold@127.0.0.2:5160 SIP/2.0",
        "SIP/2.0 200 OK",
    ]
    assert (leg.is_from_outside, leg.caller, leg.callee) == (True, "99112233", "bold")
    assert leg.answered_at == leg.sip[1].at
    assert leg.ended_at is None
    for packets in (leg.says, leg.hears):
        (packet,) = packets
        assert (packet.sequence, packet.timestamp, packet.payload_type) == (7, 160, 8)
        assert packet.payload == b"\xd5" * 160


async def test_what_an_ear_that_was_killed_has_written_is_read(tmp_path: Path) -> None:
    async with between(tmp_path) as (_, outside, house, place):
        outside.sip.sendto(invite(outside.port), place)
        await receive(house.sip)
        file = leg_file(tmp_path, CALL_ID)
        await until(file.exists)
        whole = file.read_bytes()
    broken = tmp_path / "broken.leg"
    broken.write_bytes(whole + whole[:-1])
    assert len(read_leg(broken).sip) == 1


async def test_ports_are_freed_after_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ear_module, "_LINGER_SECONDS", 0.0)
    async with between(tmp_path) as (ear, outside, house, place):
        outside.sip.sendto(invite(outside.port), place)
        await receive(house.sip)
        house.sip.sendto(bye(), place)
        assert await receive(outside.sip) == bye()
        await until(lambda: ear.legs == 0)
    assert read_leg(leg_file(tmp_path, CALL_ID)).ended_at is not None


async def test_ports_of_a_call_that_nobody_hears_of_any_more_are_freed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ear_module, "_IDLE_SECONDS", 0.1)
    async with between(tmp_path) as (ear, outside, house, place):
        outside.sip.sendto(invite(outside.port), place)
        await receive(house.sip)
        assert ear.legs == 1
        await until(lambda: ear.legs == 0)


async def test_what_is_no_call_goes_on_as_it_is(tmp_path: Path) -> None:
    async with between(tmp_path) as (ear, outside, house, place):
        for datagram in (
            b"\r\n\r\n",
            b"OPTIONS sip:a@b SIP/2.0\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n\r\n",
        ):
            outside.sip.sendto(datagram, place)
            assert await receive(house.sip) == datagram
            house.sip.sendto(datagram, place)
            assert await receive(outside.sip) == datagram
        assert ear.legs == 0
    assert not leg_file(tmp_path, "o").exists()


def test_a_refused_sound_keeps_its_port_of_zero() -> None:
    refused = SipMessage.read(invite(0))
    assert refused
    assert refused.sound_address is None


def test_the_length_of_the_body_is_right_after_the_exchange() -> None:
    message = SipMessage.read(invite(9))
    assert message
    head, _, body = message.with_sound_address(("127.0.0.200", 30000)).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"c=IN IP4 127.0.0.200\r\nm=audio 30000 RTP/AVP 8 101" in body


def test_the_oldest_legs_make_room(tmp_path: Path) -> None:
    for number in range(4):
        file = tmp_path / f"{number}.leg"
        file.write_bytes(b"x" * 100)
        os.utime(file, (number, number))
    (tmp_path / "call.wav").write_bytes(b"x" * 1000)
    make_room(tmp_path, 200)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["2.leg", "3.leg", "call.wav"]
