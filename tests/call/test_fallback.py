"""What callers get when the controller is dead or hangs: the same flow, on real calls."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from ari_app.media.prompt_file import client_prompt
from ari_app.standalone.outside import OutsideCall, answer_with
from ari_app.standalone.outside_world import world
from tests.call.heard import Found, find, loudness
from tests.call.house import House, eventually

pytestmark = pytest.mark.fault

CLINIC = "97670110001"
CLINICS_AGENTS = ("bold", "saraa")
SKIP = "wwww"
"""Long enough for the greeting to have begun; a key then counts for the menu after it."""
LEASE_SECONDS = 9.0
ALL_WAIT_SECONDS = 8.0
"""The first lease (4) and the script's start: 4.15 on an idle machine."""


@contextmanager
def dead_controller(house: House) -> Iterator[None]:
    """Kill the controller, and stop the supervisor so that it does not start another one."""
    assert house.supervisor is not None
    old = house.process("controller").pid
    assert old is not None
    supervisor = house.supervisor.pid
    os.kill(supervisor, signal.SIGSTOP)
    try:
        eventually(lambda: _state(supervisor) == "T", 5, "the supervisor stands still")
        os.kill(old, signal.SIGKILL)
        # Who calls before Asterisk has noticed waits for the lease, as if the controller hung.
        time.sleep(0.3)
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)
        eventually(lambda: _is_new(house, old), 60, "another controller is ready")


@contextmanager
def hanging_controller(house: House) -> Iterator[None]:
    """Let the controller hang: its connections stay, and nothing is answered."""
    pid = house.process("controller").pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def no_phones(house: House) -> AsyncIterator[None]:
    """Let all of the clinic's agents be away."""
    outside = world(house.settings)
    for agent in CLINICS_AGENTS:
        await asyncio.to_thread(outside.ask, f"pjsip send unregister agent-{agent}")
    try:
        await asyncio.sleep(0.5)
        yield
    finally:
        for agent in CLINICS_AGENTS:
            await asyncio.to_thread(outside.ask, f"pjsip send register agent-{agent}")
        await asyncio.sleep(0.5)


def _state(pid: int) -> str:
    """``T``: stopped; ``Z``: dead, and nobody has looked yet."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _is_new(house: House, old: int) -> bool:
    controller = house.process("controller")
    return controller.health == "ready" and controller.pid not in (None, old)


def greeting_in(house: House, heard: Path, slug: str = "welcome", seconds: float = 3) -> Found:
    """How the clinic's prompt is found in what was heard."""
    prompt = loudness(client_prompt(house.home, "anu-clinic", "mn", slug))
    return find(prompt[: int(seconds * 50)], loudness(heard))


def scripts(house: House) -> list[int]:
    """The fallback's processes of this house."""
    launcher = str(house.home / "etc" / "fallback.agi").encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if launcher in (process / "cmdline").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return found


def kinds(house: House, call: str) -> list[str]:
    return [kind for kind, _ in house.entries(call)]


def assert_one_outcome(house: House, call: str) -> None:
    assert kinds(house, call).count("call_offered") == 1
    assert kinds(house, call).count("call_ended") == 1


@pytest.mark.real
async def test_the_greeting_is_heard_at_once_though_the_controller_is_dead(house: House) -> None:
    with dead_controller(house):
        began = time.time()
        async with OutsideCall.place(
            house.settings, CLINIC, "99100001", silent=True, hang_up_after=4
        ) as call:
            answered = await call.wait_for("answered")
            await call.wait_for("hung_up")
        row = house.call_from("99100001")
    assert answered.at - began < 3
    found = greeting_in(house, call.heard)
    assert found.likeness > 0.9, found
    assert found.at < 1, found
    assert (row.outcome, row.client_id) == ("abandoned", "anu-clinic")
    query = "SELECT reason FROM callbacks WHERE number = '+97699100001'"
    assert [each.reason for each in house.rows(query)] == ["missed"]


@pytest.mark.real
async def test_an_agents_phone_rings_and_the_talk_is_on_record(house: House) -> None:
    with dead_controller(house):
        async with OutsideCall.place(house.settings, CLINIC, "99100002", press=f"{SKIP}0") as call:
            await call.wait_for("hung_up", 60)
        row = house.call_from("99100002")
    assert (row.outcome, row.ended_by) == ("answered", "flow")
    assert row.agent in CLINICS_AGENTS
    assert 6 < row.talk_seconds < 10
    query = "SELECT seconds FROM recordings WHERE call_id = %s AND path IS NOT NULL"
    (stored,) = eventually(lambda: house.rows(query, row.id), 10, "the talk is stored")
    assert abs(stored.seconds - row.talk_seconds) < 1
    assert list((house.settings.monitor / "anu-clinic").glob(f"{row.id}*")) == []


async def test_a_caller_who_hangs_up_in_the_talk_was_answered(house: House) -> None:
    with dead_controller(house):
        async with OutsideCall.place(
            house.settings, CLINIC, "99100003", press=f"{SKIP}0", hang_up_after=16
        ) as call:
            await call.wait_for("hung_up", 60)
        row = house.call_from("99100003")
    assert (row.outcome, row.ended_by) == ("answered", "caller")
    assert row.talk_seconds > 2
    assert_one_outcome(house, row.id)


async def test_a_key_ends_the_ringing_and_books_a_callback(house: House) -> None:
    for agent in CLINICS_AGENTS:
        await answer_with(house.settings, agent, "no_answer")
    try:
        with dead_controller(house):
            # 0 = agent, * = callback, 1 = yes, this number.
            keys = f"{SKIP}0WWWWWWWWWWWWWWWW*WWWWWWWW1WWWWWWWW1"
            async with OutsideCall.place(house.settings, CLINIC, "99100004", press=keys) as call:
                await call.wait_for("hung_up", 90)
            row = house.call_from("99100004")
    finally:
        for agent in CLINICS_AGENTS:
            await answer_with(house.settings, agent, "answer")
    assert row.outcome == "callback"
    query = "SELECT reason, queue FROM callbacks WHERE number = %s"
    assert [tuple(each) for each in house.rows(query, "+97699100004")] == [("key", "reception")]


@pytest.mark.real
async def test_with_nobody_there_the_caller_leaves_a_message(house: House) -> None:
    async with no_phones(house):
        with dead_controller(house):
            # 0 = agent: nobody there; 1 = leave a message.
            keys = f"{SKIP}0WWWWWWWWWWWWWWWW1"
            async with OutsideCall.place(
                house.settings, CLINIC, "99100005", press=keys, hang_up_after=40
            ) as call:
                await call.wait_for("hung_up", 60)
            row = house.call_from("99100005")
    assert row.outcome == "message"
    query = "SELECT kind, seconds FROM recordings WHERE call_id = %s AND path IS NOT NULL"
    (message,) = eventually(lambda: house.rows(query, row.id), 10, "the message is stored")
    assert (message.kind, message.seconds > 3) == ("message", True)


async def test_a_number_that_nobody_owns_is_answered_and_on_record(house: House) -> None:
    with dead_controller(house):
        async with OutsideCall.place(house.settings, "97611111111", "99100006") as call:
            await call.wait_for("hung_up", 30)
        row = house.call_from("99100006")
    assert (row.client_id, row.outcome) == ("house", "self_served")


@pytest.mark.real
async def test_a_hanging_controller_delays_the_greeting_by_the_lease_and_does_nothing_later(
    house: House,
) -> None:
    with hanging_controller(house):
        began = time.time()
        async with OutsideCall.place(
            house.settings, CLINIC, "99100007", silent=True, hang_up_after=12
        ) as call:
            answered = await call.wait_for("answered")
            assert answered.at - began < ALL_WAIT_SECONDS
            await asyncio.sleep(4)
            os.kill(house.process("controller").pid or 0, signal.SIGCONT)
            await call.wait_for("hung_up", 30)
    row = house.call_from("99100007")
    found = greeting_in(house, call.heard)
    assert (found.likeness > 0.9, found.at < 1) == (True, True), found
    assert row.outcome == "abandoned"
    await asyncio.sleep(1)
    assert_one_outcome(house, row.id)
    assert kinds(house, row.id).count("prompt_played") == 2, "the greeting and the menu, once each"


async def test_a_caller_in_the_menu_hears_it_again_and_goes_on_when_the_controller_dies(
    house: House,
) -> None:
    async with OutsideCall.place(house.settings, CLINIC, "99100008") as call:
        await call.wait_for("answered")
        await asyncio.sleep(13)  # in the menu, after the greeting
        with dead_controller(house):
            await asyncio.sleep(LEASE_SECONDS + 2)
            assert scripts(house)
            await call.press("3")
            await asyncio.sleep(14)
            await call.hang_up()
            row = house.call_from("99100008")
    assert row.outcome == "message"
    assert "resumed" in kinds(house, row.id)
    assert_one_outcome(house, row.id)


async def test_a_caller_in_the_queue_is_answered_though_the_controller_dies(house: House) -> None:
    for agent in CLINICS_AGENTS:
        await answer_with(house.settings, agent, "no_answer")
    try:
        async with OutsideCall.place(house.settings, CLINIC, "99100009", press=f"{SKIP}0") as call:
            await call.wait_for("answered")
            await asyncio.sleep(16)
            for agent in CLINICS_AGENTS:
                await answer_with(house.settings, agent, "answer")
            with dead_controller(house):
                await call.wait_for("hung_up", 60)
                row = house.call_from("99100009")
    finally:
        for agent in CLINICS_AGENTS:
            await answer_with(house.settings, agent, "answer")
    assert row.outcome == "answered"
    assert "resumed" in kinds(house, row.id)
    assert_one_outcome(house, row.id)


@pytest.mark.parametrize(
    ("how", "caller"), [(signal.SIGKILL, "99100010"), (signal.SIGSTOP, "99100011")]
)
async def test_a_script_that_dies_or_hangs_leaves_the_caller_to_the_last_step(
    house: House, how: signal.Signals, caller: str
) -> None:
    with dead_controller(house):
        async with OutsideCall.place(house.settings, CLINIC, caller) as call:
            await call.wait_for("answered")
            await asyncio.sleep(1)
            (script,) = scripts(house)
            os.kill(script, how)
            # The greeting's end and the lease, then the apology and the message.
            await asyncio.sleep(34)
            await call.hang_up()
        if how == signal.SIGSTOP:
            os.kill(script, signal.SIGCONT)
        eventually(lambda: not scripts(house), 5, "the script is gone")
    await asyncio.sleep(6)
    shipper = house.process("shipper").pid
    assert shipper is not None
    os.kill(shipper, signal.SIGTERM)  # started again, it looks at once what the witness saw
    query = "SELECT id FROM calls WHERE caller_raw = %s"
    (row,) = house.rows(query, caller)
    stored = "SELECT kind, seconds FROM recordings WHERE call_id = %s AND path IS NOT NULL"
    (message,) = eventually(lambda: house.rows(stored, row.id), 20, "the message is stored")
    assert (message.kind, message.seconds > 3) == ("message", True)
    number = f"+976{caller}"
    assert house.rows("SELECT state FROM callbacks WHERE number = %s", number)
    # The controller that came back knew only of a caller who had hung up.
    counted = "SELECT 1 FROM calls WHERE id = %s AND outcome = 'message'"
    eventually(lambda: house.rows(counted, row.id), 40, "the message is the outcome")
