"""The controller stands still in the middle of a talk, and one of the two hangs up."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ari_app.health.asking import ask
from ari_app.reaper.asterisk import Asterisk
from ari_app.reaper.decide import ABSENT_SECONDS, DeleteBridge
from ari_app.standalone.outside import OutsideCall
from ari_app.telephony.call_names import call_of
from ari_app.telephony.lease import SWEEP_SECONDS
from tests.call.house import House, eventually
from tests.call.test_stories import QUICK, phones

pytestmark = [pytest.mark.real, pytest.mark.fault]

TALK_SECONDS = 16
SOON_SECONDS = 5.0
"""Within which the reaper is to be done, once the controller has been away for long enough."""


@asynccontextmanager
async def talking(house: House, caller: str, seconds: int) -> AsyncIterator[OutsideCall]:
    """A caller in a talk that the agent ends after so many seconds; the controller stands still.

    So does the supervisor, which would put another one in its place.
    """
    how = f"answer:1:{seconds}"
    async with (
        phones(house, bold=how, saraa=how, tuya=how),
        OutsideCall.place(house.settings, QUICK, caller, press="w0") as call,
    ):
        await asyncio.to_thread(eventually, lambda: in_talk(house), 15, "the two talk")
        await asyncio.sleep(3 * SWEEP_SECONDS)  # the caller's lease is lifted to the cap
        pid = house.process("controller").pid
        assert pid is not None
        assert house.supervisor is not None
        house.supervisor.send_signal(signal.SIGSTOP)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield call
            await call.hang_up()
        finally:
            os.kill(pid, signal.SIGKILL)
            house.supervisor.send_signal(signal.SIGCONT)
            await asyncio.to_thread(
                eventually, lambda: is_back(house, pid), 20, "another controller is ready"
            )


def is_back(house: House, old: int) -> bool:
    now = house.process("controller")
    return now.pid != old and now.health == "ready"


def asterisk(house: House) -> Asterisk:
    settings = house.settings
    return Asterisk(settings.ari_http_url, "duudlaga", settings.ari_password)


def legs_of_agents(house: House) -> list[str]:
    channels, _ = asterisk(house).look(limits=False)
    return [each.id for each in channels if call_of(each.id) is not None]


def in_talk(house: House) -> str | None:
    """The bridge of the talk that goes on."""
    _, bridges = asterisk(house).look(limits=False)
    return next((each.id for each in bridges if len(each.channels) == 2), None)


def fallbacks(house: House) -> int:
    """How many callers have come to the dialplan's fallback, as Asterisk itself tells."""
    cel = house.settings.cel
    return cel.read_text().count("duudlaga_fallback") if cel.exists() else 0


async def reaches_the_fallback(house: House, before: int, seconds: float) -> None:
    await asyncio.to_thread(
        eventually, lambda: fallbacks(house) > before, seconds, "the caller is with the fallback"
    )


@pytest.mark.silence(5, "the agent hangs up, and the reaper waits before it takes the caller on")
async def test_the_caller_whose_agent_hangs_up_is_with_the_fallback_soon(house: House) -> None:
    before = fallbacks(house)
    async with talking(house, "99200001", TALK_SECONDS):
        room = await asyncio.to_thread(in_talk, house)
        await asyncio.sleep(ABSENT_SECONDS + 1)
        assert await asyncio.to_thread(in_talk, house) == room, "the talk goes on"
        await asyncio.to_thread(
            eventually, lambda: in_talk(house) is None, TALK_SECONDS, "the agent hangs up"
        )
        hung_up_at = time.monotonic()
        assert fallbacks(house) == before
        await reaches_the_fallback(house, before, SOON_SECONDS)
        assert time.monotonic() - hung_up_at < SOON_SECONDS
        report = await asyncio.to_thread(ask, house.settings.run, "reaper")
        assert report.figure("reaper_acts")["ToFallback"] == 1
        assert "controller" in {d.name for d in report.dependencies if d.state == "down"}
    assert (await asyncio.to_thread(house.call_from, "99200001", 20)).outcome == "answered"


@pytest.mark.silence(5, "the caller hangs up, and the agent is alone until the reaper has looked")
async def test_the_agents_line_is_freed_when_the_caller_hangs_up(house: House) -> None:
    async with talking(house, "99200002", 60) as call:
        await call.hang_up()
        assert legs_of_agents(house), "the agent is still there, alone"
        await asyncio.to_thread(
            eventually, lambda: not legs_of_agents(house), SOON_SECONDS, "the agent's line is free"
        )
        await asyncio.to_thread(
            eventually,
            lambda: house.held_by_asterisk() == "",
            ABSENT_SECONDS + SOON_SECONDS,
            "no leg and no bridge is left",
        )
    call_row = await asyncio.to_thread(house.call_from, "99200002", 20)
    assert (call_row.outcome, call_row.ended_by) == ("answered", "caller")


@pytest.mark.silence(20, "the talk's bridge is taken away")
async def test_a_caller_left_without_a_bridge_and_without_a_lease_is_with_the_fallback(
    house: House,
) -> None:
    """As when the controller dies between taking a talk apart and setting the lease."""
    before = fallbacks(house)
    async with talking(house, "99200003", 60):
        room = await asyncio.to_thread(in_talk, house)
        assert room is not None
        await asyncio.to_thread(asterisk(house).do, DeleteBridge(room))
        channels, _ = await asyncio.to_thread(asterisk(house).look, limits=True)
        assert max(each.left_seconds or 0 for each in channels) > 1000, "there is no lease"
        await reaches_the_fallback(house, before, ABSENT_SECONDS + SOON_SECONDS)


async def test_a_controller_that_works_is_never_interfered_with(house: House) -> None:
    how = "answer:1:14"
    async with (
        phones(house, bold=how, saraa=how, tuya=how),
        OutsideCall.place(house.settings, QUICK, "99200004", press="w0") as call,
    ):
        acts = await asyncio.to_thread(done_so_far, house)
        await call.wait_for("hung_up", 40)
        assert await asyncio.to_thread(done_so_far, house) == acts


def done_so_far(house: House) -> dict[str, int]:
    acts: dict[str, int] = ask(house.settings.run, "reaper").figure("reaper_acts")
    return acts
