"""AMI against a server that misbehaves: every action ends, and no value becomes a header."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ari_app.telephony.ami import Ami, AmiError
from tests.telephony.ari.until import until


class FakeAmi:
    """Says yes to the login and to every action, unless ``silent``."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.silent = False
        self.slams = False
        self.logins = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if self.slams:
            writer.transport.abort()
            return
        writer.write(b"Asterisk Call Manager/9.0.0\r\n")
        try:
            while action := (await reader.readuntil(b"\r\n\r\n")).decode():
                lines = action.split("\r\n")
                self.lines += lines
                self.logins += "Action: Login" in lines
                if not self.silent or "Action: Login" in lines:
                    identity = next(line for line in lines if line.startswith("ActionID"))
                    writer.write(f"Response: Success\r\n{identity}\r\n\r\n".encode())
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[FakeAmi]:
    fake = FakeAmi()
    yield fake
    await fake.stop()


@pytest.fixture
async def ami(server: FakeAmi) -> AsyncIterator[Ami]:
    connection = Ami("127.0.0.1", await server.start(), "duudlaga", "secret", timeout_seconds=0.2)
    await connection.start()
    async with asyncio.timeout(3):
        await connection.wait_connected()
    yield connection
    await connection.stop()
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in left if "_serve" not in repr(task)]


async def test_it_logs_in_without_events(ami: Ami, server: FakeAmi) -> None:
    assert ami.connected
    assert "Events: off" in server.lines


@pytest.mark.parametrize("channel", ["a\r\nAction: Originate", "a\nb", "a\0b", "a" * 901])
async def test_a_value_never_becomes_a_header(ami: Ami, server: FakeAmi, channel: str) -> None:
    with pytest.raises(AmiError, match="the value of Channel cannot be sent"):
        await ami.absolute_timeout(channel, 4)
    assert "Action: Originate" not in server.lines
    assert "Action: AbsoluteTimeout" not in server.lines


async def test_an_action_without_an_answer_ends_and_is_forgotten(ami: Ami, server: FakeAmi) -> None:
    server.silent = True
    with pytest.raises(AmiError, match=r"AMI AbsoluteTimeout 1\.1 got no answer in 0\.2 s"):
        await ami.absolute_timeout("1.1", 4)
    assert ami._link is not None
    assert not ami._link.protocol.responses


async def test_a_silent_server_is_left_and_found_again(ami: Ami, server: FakeAmi) -> None:
    server.silent = True
    await until(lambda: not ami.connected)
    server.silent = False
    await until(lambda: ami.connected)
    assert server.logins == 2
    await ami.ping()


async def test_a_cut_fails_what_waits_and_an_old_lease_is_not_sent_again(
    ami: Ami, server: FakeAmi
) -> None:
    server.silent = True
    waiting = asyncio.create_task(ami.absolute_timeout("1.1", 4))
    await until(lambda: "Action: AbsoluteTimeout" in server.lines)
    server.cut()
    with pytest.raises(AmiError, match="the AMI connection ended"):
        await waiting
    with pytest.raises(AmiError, match="AMI Ping was not sent: AMI is not connected"):
        await ami.ping()
    server.silent = False
    await until(lambda: ami.connected)
    await ami.ping()
    assert server.lines.count("Action: AbsoluteTimeout") == 1


async def test_an_asterisk_that_slams_the_door_while_it_starts_is_reached_in_the_end(
    server: FakeAmi,
) -> None:
    server.slams = True
    ami = Ami("127.0.0.1", await server.start(), "duudlaga", "secret")
    await ami.start()
    await asyncio.sleep(1)
    server.slams = False
    async with asyncio.timeout(10):
        await ami.wait_connected()
    await ami.ping()
    await ami.stop()
