"""The controller dies in the middle of a call, and the caller hardly notices."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from ari_app.standalone.outside import OutsideCall, answer_with
from tests.call.house import House, eventually
from tests.call.test_fallback import dead_controller
from tests.call.test_stories import QUICK, TALK, kinds, phones, stored

pytestmark = pytest.mark.real


async def kill_controller(house: House) -> None:
    """Kill it; its supervisor starts another."""
    before = house.process("controller")
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)

    def back() -> bool:
        now = house.process("controller")
        return now.pid != before.pid and now.health == "ready"

    await asyncio.to_thread(eventually, back, 20, "another controller is ready")


async def test_two_people_who_talk_go_on_talking_and_all_of_it_is_recorded(house: House) -> None:
    async with (
        phones(house, bold="answer:1:9", saraa="answer:1:9", tuya="answer:1:9"),
        OutsideCall.place(house.settings, QUICK, "99150001", press="w0") as caller,
    ):
        await caller.wait_for("answered")
        await asyncio.sleep(4)
        await kill_controller(house)
        await caller.wait_for("hung_up", 30)
    call = await asyncio.to_thread(house.call_from, "99150001")
    assert call.outcome == "answered"
    assert 8 < call.talk_seconds < 11
    assert "resumed" in kinds(house, call.id)
    assert abs(stored(house, call.id).seconds - call.talk_seconds) < 1


@pytest.mark.silence(10, "the agent hangs up, and no controller is there to take the caller on")
async def test_a_talk_that_ends_while_no_controller_is_there_is_as_long_as_its_recording(
    house: House,
) -> None:
    async with (
        phones(house, bold="answer:1:6", saraa="answer:1:6", tuya="answer:1:6"),
        OutsideCall.place(house.settings, QUICK, "99150006", press="w0") as caller,
    ):
        await caller.wait_for("answered")
        await asyncio.sleep(4)
        with dead_controller(house):
            await asyncio.sleep(8)  # the agent hangs up, and the caller is alone for a while
        await caller.wait_for("hung_up", 30)
    call = await asyncio.to_thread(house.call_from, "99150006")
    assert call.outcome == "answered"
    assert 5 < call.talk_seconds < 8
    assert abs(stored(house, call.id).seconds - call.talk_seconds) < 1
    (leg,) = house.rows(
        "SELECT * FROM legs WHERE call_id = %s AND answered_at > '-infinity'", call.id
    )
    assert (leg.ended_by, leg.talk_seconds) == ("agent", call.talk_seconds)
    assert (call.ended_at - leg.ended_at).total_seconds() > 2


async def test_a_waiting_caller_keeps_the_place_and_gets_an_agent(house: House) -> None:
    async with (
        phones(house, bold="no_answer", saraa="no_answer", tuya="no_answer"),
        OutsideCall.place(house.settings, QUICK, "99150002", press="w0") as caller,
    ):
        await caller.wait_for("answered")
        await asyncio.sleep(4)
        await kill_controller(house)
        for agent in ("bold", "saraa", "tuya"):
            await answer_with(house.settings, agent, TALK)
        await caller.wait_for("hung_up", 60)
    call = await asyncio.to_thread(house.call_from, "99150002")
    assert call.outcome == "answered"
    assert kinds(house, call.id).count("queue_joined") == 1
    assert call.waited_seconds > 4


@pytest.mark.silence(7, "the menu is over, and nobody leads the call until the next controller")
async def test_a_caller_in_the_menu_hears_it_again(house: House) -> None:
    def menu_is_said_anew() -> bool:
        return "resumed" in kinds(house, house.newest_call())

    async with (
        phones(house),
        OutsideCall.place(house.settings, QUICK, "99150003") as caller,
    ):
        await caller.wait_for("answered")
        await asyncio.sleep(1.5)
        killing = asyncio.create_task(kill_controller(house))
        # By the next controller or, where that takes longer than the lease, by the fallback: a key
        # pressed before would go where nobody listens.
        await asyncio.to_thread(eventually, menu_is_said_anew, 20, "the menu is said anew")
        await caller.press("0")
        await killing
        await caller.wait_for("hung_up", 30)
    call = await asyncio.to_thread(house.call_from, "99150003")
    assert call.outcome == "answered"


async def test_a_caller_who_hung_up_meanwhile_is_owed_a_callback(house: House) -> None:
    async with OutsideCall.place(house.settings, QUICK, "99150004") as caller:
        await caller.wait_for("answered")
        pid = house.process("controller").pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        await caller.hang_up()
        await asyncio.sleep(0.5)
        os.kill(pid, signal.SIGKILL)
    call = await asyncio.to_thread(house.call_from, "99150004", 15)
    assert call.outcome == "abandoned"
    assert house.rows("SELECT 1 FROM callbacks WHERE number = %s", "+97699150004")


@pytest.mark.silence(15, "Asterisk is killed")
async def test_a_talk_that_dies_with_asterisk_is_cut_recorded_so_far_and_called_back(
    house: House,
) -> None:
    async with phones(house, bold="answer:1:60", saraa="answer:1:60", tuya="answer:1:60"):
        async with OutsideCall.place(house.settings, QUICK, "99150005", press="w0") as caller:
            await caller.wait_for("answered")
            await asyncio.sleep(6)
            before = house.process("asterisk")
            assert before.pid is not None
            os.kill(before.pid, signal.SIGKILL)
            call = await asyncio.to_thread(house.call_from, "99150005", 10)
        assert call.outcome == "cut"
        assert house.rows("SELECT 1 FROM callbacks WHERE number = %s", "+97699150005")
        recording = stored(house, call.id)
        assert recording.seconds > 2
        lost = recording.missing_seconds or 0.0
        assert abs(recording.seconds + lost - call.talk_seconds) < 0.5, "what is lost is booked"
        assert house.process("asterisk").restarts == before.restarts + 1
        # At once, and not when each phone's next OPTIONS is due, 15 s later at the worst.
        await asyncio.to_thread(
            eventually, lambda: len(house.ready_agents()) == 3, 10, "the phones are back"
        )
