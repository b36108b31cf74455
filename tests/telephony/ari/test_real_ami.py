"""AMI against a real Asterisk: leases, recording, redirects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ari_app.telephony.ami import Ami, AmiError
from ari_app.telephony.ari import Ari, AriEvent, StasisEnd, StasisStart
from tests.telephony.ari.live_asterisk import PASSWORD, USER, LiveAsterisk
from tests.telephony.ari.until import until

pytestmark = pytest.mark.real


@pytest.fixture
async def ami(
    nothing_is_left_behind: None,
    asterisk: LiveAsterisk,
) -> AsyncIterator[Ami]:
    connection = Ami("127.0.0.1", asterisk.ami, USER, PASSWORD)
    await connection.start()
    async with asyncio.timeout(5):
        await connection.wait_connected()
    yield connection
    await connection.stop()


@pytest.fixture
async def call(live_ari: Ari) -> AsyncIterator[str]:
    """The id of a channel in our hands."""
    started: list[AriEvent] = []
    live_ari.on_event(started.append)
    await live_ari.ask(
        "POST", "channels?endpoint=Local/talk@intake/n&app=ari-test&channelId=held.1", lane="held.1"
    )
    await until(lambda: any(isinstance(event, StasisStart) for event in started))
    yield "held.1"
    await live_ari.request("DELETE", "channels/held.1", lane="held.1")


async def test_a_lease_that_runs_out_takes_the_channel_out_of_our_hands(
    ami: Ami, live_ari: Ari, call: str
) -> None:
    ended: list[AriEvent] = []
    live_ari.on_event(lambda event: ended.append(event) if isinstance(event, StasisEnd) else None)
    await ami.absolute_timeout(call, 0.3)
    await ami.absolute_timeout(call, 1.0)
    await asyncio.sleep(0.6)
    assert not ended, "the second lease did not replace the first"
    await until(lambda: bool(ended))


async def test_a_monitor_has_an_id_to_stop_it_by(ami: Ami, call: str, tmp_path: Path) -> None:
    sides = f"r({tmp_path / 'caller.sln48'})t({tmp_path / 'agent.sln48'})"
    monitor = await ami.mixmonitor(call, "", sides)
    assert monitor
    await until((tmp_path / "agent.sln48").exists)
    await ami.stop_mixmonitor(call, monitor)
    with pytest.raises(AmiError, match="Could not stop monitoring channel"):
        await ami.stop_mixmonitor(call, monitor)


async def test_a_redirect_takes_the_channel_back_to_the_dialplan(
    ami: Ami, live_ari: Ari, call: str
) -> None:
    ended: list[AriEvent] = []
    live_ari.on_event(lambda event: ended.append(event) if isinstance(event, StasisEnd) else None)
    await ami.redirect(call, "intake", "talk")
    await until(lambda: bool(ended))
    where = (await live_ari.ask("GET", f"channels/{call}")).json()["dialplan"]
    assert (where["context"], where["exten"]) == ("intake", "talk")


async def test_a_refusal_names_the_action_the_channel_and_the_reason(ami: Ami) -> None:
    with pytest.raises(
        AmiError, match=r"Asterisk refused AMI AbsoluteTimeout gone\.1: No such channel"
    ):
        await ami.absolute_timeout("gone.1", 4)


async def test_ami_comes_back_after_asterisk_was_killed(ami: Ami, asterisk: LiveAsterisk) -> None:
    asterisk.kill()
    await until(lambda: not ami.connected)
    with pytest.raises(AmiError, match="AMI Ping was not sent: AMI is not connected"):
        await ami.ping()
    await asyncio.to_thread(asterisk.start)
    await until(lambda: ami.connected, seconds=5)
    await ami.ping()
