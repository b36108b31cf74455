"""What happens to callers, on real calls, from the INVITE to the row in Postgres."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ari_app.parts import release_program
from ari_app.standalone.outside import OutsideCall, answer_with
from tests.call.heard import loudness
from tests.call.house import House, eventually

pytestmark = pytest.mark.real

QUICK = "97670119999"
TALK = "answer:1:3"


@asynccontextmanager
async def phones(house: House, **how: str) -> AsyncIterator[None]:
    """Let the agents' phones answer like this, and as usual afterwards."""
    for agent in ("bold", "saraa", "tuya"):
        await answer_with(house.settings, agent, how.get(agent, TALK))
    eventually(lambda: len(house.ready_agents()) == 3, 30, "all agents are ready")
    try:
        yield
    finally:
        for agent in ("bold", "saraa", "tuya"):
            await answer_with(house.settings, agent, "answer")


async def place(house: House, caller: str, press: str = "", **more: Any) -> Any:
    """Call, wait until the call is over, and return its row."""
    number = more.pop("number", QUICK)
    async with OutsideCall.place(house.settings, number, caller, press=press, **more) as call:
        await call.wait_for("hung_up", 60)
    return await asyncio.to_thread(house.call_from, caller)


def kinds(house: House, call: str) -> list[str]:
    return [kind for kind, _ in house.entries(call)]


def stored(house: House, call: str) -> Any:
    """The finished recording of a call."""
    query = "SELECT * FROM recordings WHERE call_id = %s AND path IS NOT NULL"
    (recording,) = eventually(lambda: house.rows(query, call), 15, "the recording is finished")
    return recording


async def test_a_caller_talks_to_an_agent_and_both_sides_are_recorded(house: House) -> None:
    async with phones(house):
        call = await place(house, "99000001", "w0")
    assert (call.outcome, call.client_id) == ("answered", "quick")
    assert call.agent in ("bold", "saraa", "tuya")
    assert 2 < call.talk_seconds < 5
    assert call.offered_at < call.answered_at < call.ended_at
    recording = stored(house, call.id)
    file = house.settings.recordings / recording.path
    assert file.stat().st_size == recording.bytes
    assert (house.settings.recordings / recording.peaks_path).stat().st_size > 50
    probe = release_program(house.settings.parts, "ffprobe")
    shown = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this test
        probe.command("-v", "error", "-show_streams", "-of", "json", file),
        env=probe.environment(),
        capture_output=True,
        check=True,
    )
    (stream,) = json.loads(shown.stdout)["streams"]
    assert (stream["codec_name"], stream["channels"]) == ("opus", 2)
    assert abs(recording.seconds - call.talk_seconds) < 1


async def test_a_caller_who_sends_no_sound_is_recorded_all_the_same(house: House) -> None:
    async with phones(house):
        call = await place(house, "99000002", "w0", silent=True)
    assert call.outcome == "answered"
    assert abs(stored(house, call.id).seconds - call.talk_seconds) < 1


async def test_an_agent_who_sends_no_sound_is_recorded_all_the_same(house: House) -> None:
    async with phones(house, bold="silent:1:3", saraa="silent:1:3", tuya="silent:1:3"):
        call = await place(house, "99000003", "w0")
    assert call.outcome == "answered"
    assert abs(stored(house, call.id).seconds - call.talk_seconds) < 1


async def test_a_caller_who_hangs_up_early_is_owed_a_callback_within_a_second(
    house: House,
) -> None:
    async with OutsideCall.place(house.settings, QUICK, "99000004") as call:
        await call.wait_for("answered")
        await asyncio.sleep(0.5)
        await call.hang_up()
        query = "SELECT state, reason FROM callbacks WHERE number = %s"
        (callback,) = eventually(lambda: house.rows(query, "+97699000004"), 1.0, "a callback")
    assert tuple(callback) == ("new", "missed")
    assert house.call_from("99000004").outcome == "abandoned"


async def test_a_busy_or_refusing_phone_passes_the_caller_on(house: House) -> None:
    async with phones(house, bold="busy", saraa="refuse"):
        call = await place(house, "99000005", "w0")
    assert (call.outcome, call.agent) == ("answered", "tuya")


async def test_a_phone_that_nobody_picks_up_passes_the_caller_on(house: House) -> None:
    async with (
        phones(house, bold="no_answer", saraa="no_answer", tuya="no_answer"),
        OutsideCall.place(house.settings, QUICK, "99000006", press="w0") as caller,
    ):
        await caller.wait_for("answered")
        await asyncio.sleep(3)
        for agent in ("bold", "saraa", "tuya"):
            await answer_with(house.settings, agent, TALK)
        await caller.wait_for("hung_up", 40)
    call = await asyncio.to_thread(house.call_from, "99000006")
    assert call.outcome == "answered"
    assert "agent_missed" in kinds(house, call.id)
    assert kinds(house, call.id).count("queue_joined") == 1, "the place is kept"


async def test_phones_that_are_put_down_at_once_rest_between_rings_and_are_paused(
    house: House,
) -> None:
    down = "answer:0:0.4"
    try:
        async with phones(house, bold=down, saraa=down, tuya=down):
            call = await place(house, "99000017", "w0", hang_up_after=25)
    finally:
        for agent in ("bold", "saraa", "tuya"):
            house.duudlaga("agent", "state", agent, "ready")
    rings = [data["agent"] for kind, data in house.entries(call.id) if kind == "agent_ringing"]
    assert len(rings) > 3
    assert max(map(rings.count, rings)) <= 3


async def test_a_waiting_caller_hears_music(house: House) -> None:
    async with (
        phones(house, bold="no_answer", saraa="no_answer", tuya="no_answer"),
        OutsideCall.place(
            house.settings, QUICK, "99000016", press="w0", silent=True, hang_up_after=8
        ) as caller,
    ):
        await caller.wait_for("hung_up", 30)
    waited = loudness(caller.heard)[-150:]
    assert sum(each > 12 for each in waited) > 100, "most of the last three seconds"


async def test_all_phones_ring_and_the_first_who_answers_has_the_caller(house: House) -> None:
    async with phones(house, bold="answer:4:3", saraa="answer:1:3", tuya="no_answer"):
        call = await place(house, "99000007", "w1")
    assert (call.outcome, call.agent) == ("answered", "saraa")
    reasons = [data["reason"] for kind, data in house.entries(call.id) if kind == "agent_missed"]
    assert set(reasons) == {"cancelled"}


async def test_a_caller_who_hangs_up_while_a_phone_rings_leaves_nothing_behind(
    house: House,
) -> None:
    async with phones(house, bold="answer:5:3", saraa="answer:5:3", tuya="answer:5:3"):
        call = await place(house, "99000008", "w0", hang_up_after=4)
    assert call.outcome in ("abandoned", "short_abandon")


async def test_the_agent_is_free_again_when_the_caller_hangs_up_in_the_talk(house: House) -> None:
    async with phones(house, bold="answer:1:60", saraa="answer:1:60", tuya="answer:1:60"):
        call = await place(house, "99000009", "w0", hang_up_after=6)
        assert (call.outcome, call.ended_by) == ("answered", "caller")
    eventually(lambda: len(house.ready_agents()) == 3, 10, "wrapped up and ready")


async def test_the_star_key_leaves_the_queue_for_a_callback(house: House) -> None:
    async with phones(house, bold="no_answer", saraa="no_answer", tuya="no_answer"):
        call = await place(house, "99000010", "w0WWW*", hang_up_after=20)
    assert call.outcome == "callback"
    (row,) = house.rows("SELECT reason FROM callbacks WHERE number = %s", "+97699000010")
    assert row.reason == "key"


async def test_a_message_is_kept_when_the_caller_simply_hangs_up_after_speaking(
    house: House,
) -> None:
    call = await place(house, "99000011", "w3", hang_up_after=16)
    assert call.outcome == "voicemail"
    message = stored(house, call.id)
    assert message.kind == "voicemail"
    assert message.seconds > 2


async def test_a_caller_is_passed_to_the_clients_own_expert(house: House) -> None:
    async with phones(house):
        call = await place(house, "99000012", "w2", hang_up_after=8)
    assert call.outcome == "answered"
    assert stored(house, call.id).seconds > 2


async def test_a_prompt_whose_file_is_gone_is_passed_over_and_the_call_goes_on(
    house: House,
) -> None:
    for file in house.settings.client_prompts.glob("quick/en/lost.wav"):
        file.unlink()
    await asyncio.sleep(2.5)  # found files are believed for two seconds
    call = await place(house, "99000013", "w5")
    assert call.outcome == "self_served"
    assert "command_failed" in kinds(house, call.id)


async def test_the_talk_goes_on_when_it_cannot_be_recorded(house: House) -> None:
    folder = house.settings.monitor / "quick"
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.touch()  # a file in the folder's place takes no recording, whoever asks
    try:
        async with phones(house):
            call = await place(house, "99000014", "w0")
    finally:
        folder.unlink()
        aside.rename(folder)
    assert call.outcome == "answered"
    assert call.talk_seconds > 2


async def test_a_number_that_nobody_owns_is_answered_and_on_record(house: House) -> None:
    call = await place(house, "99000015", number="97611111111", hang_up_after=30)
    assert call.client_id == "house"


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        ("99000021", "<script>alert(1)</script>"),
        ("99000022", "${SHELL(id)}"),
        ("99000023", "'); DROP TABLE calls; --"),
        ("99000024", "\u202eгаргах"),
        ("99000025", "Б" * 60),
    ],
)
async def test_a_hostile_name_is_text_and_nothing_else(
    house: House, caller: str, name: str
) -> None:
    call = await place(house, caller, name=name, hang_up_after=0.5)
    assert call.outcome == "abandoned"
    assert call.caller_name
    assert name.startswith(call.caller_name[:10])


async def test_a_hostile_number_is_dialled_nowhere(house: House) -> None:
    call = await place(house, "99000031", number="300%26PJSIP%2Fbold", hang_up_after=0.5)
    assert call.client_id == "house"


async def test_a_thousand_keys_do_no_harm(house: House) -> None:
    call = await place(house, "99000032", "7" * 1000, hang_up_after=8)
    assert call.outcome == "self_served"


async def test_a_withheld_number_is_on_record_and_its_callback_says_why_there_is_none(
    house: House,
) -> None:
    call = await place(house, "anonymous", hang_up_after=0.5)
    assert call.caller is None
    query = "SELECT state, closed_reason FROM callbacks WHERE number IS NULL"
    assert tuple(house.rows(query)[-1]) == ("closed", "number_withheld")
