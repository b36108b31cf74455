"""The ear hears every party of a real call, in both directions, and `duudlaga call` tells it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from ari_app.simulator.ear import WRITE_SECONDS
from ari_app.simulator.hearing import longest_silence, missing, spans
from ari_app.simulator.leg_file import Leg, read_leg
from ari_app.standalone.outside import OutsideCall
from tests.call.house import House, eventually
from tests.call.test_stories import QUICK, phones

pytestmark = pytest.mark.real


def legs(house: House, since: float) -> list[Leg]:
    """The legs that began since then, in order."""
    files = [file for file in house.settings.heard.glob("*.leg") if file.stat().st_mtime >= since]
    found = [leg for leg in map(read_leg, files) if leg.began_at >= since]
    return sorted(found, key=lambda leg: leg.began_at)


async def test_both_parties_are_heard_in_both_directions(house: House) -> None:
    async with (
        phones(house, bold="answer:1:3", saraa="busy", tuya="busy"),
        OutsideCall.place(house.settings, QUICK, "99160001", press="w0") as call,
    ):
        placed_at = (await call.wait_for("answered")).at - 1
        await call.wait_for("hung_up", 60)
    assert call.leg
    await asyncio.sleep(3 * WRITE_SECONDS)
    caller = read_leg(call.leg)
    assert (caller.is_from_outside, caller.caller, caller.callee) == (True, "99160001", QUICK)
    (agent,) = [leg for leg in legs(house, placed_at) if leg.callee == "bold"]
    for leg in (caller, agent):
        assert leg.answered_at
        assert leg.ended_at
        for packets in (leg.says, leg.hears):
            heard = spans(packets, leg.answered_at, leg.ended_at)
            sound = sum(span.seconds for span in heard if span.kind == "sound")
            assert sound > 2, heard
            assert missing(packets) == []
    assert agent.answered_at
    talk = spans(caller.hears, agent.answered_at, agent.answered_at + 3)
    assert longest_silence(talk, agent.answered_at, agent.answered_at + 3).seconds < 1.5


async def test_the_command_tells_when_there_was_sound(house: House) -> None:
    printed = await asyncio.to_thread(
        house.duudlaga,
        "call",
        QUICK,
        "--from",
        "99160002",
        "--press",
        "w3",
        "--hang-up-after",
        "6",
        "--json",
    )
    call = json.loads(printed)
    sound = call["sound"]
    assert 5 < sound["seconds"] < 7
    assert sound["missing_packets"] == 0
    assert sound["spans"][0]["from"] == 0
    assert any(span["kind"] == "sound" for span in sound["spans"])


@pytest.mark.silence(60, "Asterisk is killed")
async def test_the_command_ends_when_asterisk_dies_in_the_call(house: House) -> None:
    calling = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("duudlaga"),
        *("call", QUICK, "--from", "99160003", "--press", "w3"),
        env={**os.environ, "DUUDLAGA_HOME": str(house.home), "DUUDLAGA_LANGUAGE": "en"},
        stdout=asyncio.subprocess.PIPE,
    )
    await asyncio.to_thread(
        eventually,
        lambda: _leaves_a_message(house, "99160003"),
        20,
        "the caller leaves a message",
    )
    pid = house.process("asterisk").pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(60):
        printed, _ = await calling.communicate()
    assert "Asterisk died in the call" in printed.decode(), printed.decode()
    await asyncio.to_thread(
        eventually, lambda: len(house.ready_agents()) == 3, 60, "the agents are back"
    )


@pytest.mark.silence(60, "Asterisk stands still")
async def test_the_command_ends_when_asterisk_stands_still_in_the_call(house: House) -> None:
    pid = house.process("asterisk").pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        calling = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("duudlaga"),
            *("call", QUICK, "--from", "99160004"),
            env={**os.environ, "DUUDLAGA_HOME": str(house.home), "DUUDLAGA_LANGUAGE": "en"},
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(15):
            printed, _ = await calling.communicate()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert "Asterisk does not answer" in printed.decode(), printed.decode()
    await asyncio.to_thread(
        eventually, lambda: len(house.ready_agents()) == 3, 60, "the agents are back"
    )


def _leaves_a_message(house: House, caller: str) -> bool:
    """Whether the newest call is this caller's, and being recorded."""
    entries = house.entries(house.newest_call())
    begun = dict(entries)
    return begun["call_offered"]["caller_raw"] == caller and "recording_expected" in begun
