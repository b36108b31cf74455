"""Asterisk is killed while people talk and leave messages: little of what was said is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from array import array
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from ari_app.media.programs import run_ffmpeg
from ari_app.settings import Settings
from ari_app.simulator.ear import WRITE_SECONDS
from ari_app.simulator.g711 import decode
from ari_app.simulator.leg_file import Leg, Packet
from ari_app.simulator.loudness import is_audible
from ari_app.simulator.tone import share
from ari_app.standalone.outside import OutsideCall
from tests.call.house import House, eventually
from tests.call.listening import VOICES
from tests.call.test_ear import legs
from tests.call.test_stories import QUICK, phones, stored

pytestmark = pytest.mark.real

MOST_LOST_SECONDS = 0.5
PACKET = 160
CALLER = VOICES["caller"]
TALKERS = ("99190001", "99190002", "99190003")
IN_VOICEMAIL = "99190004"


@pytest.mark.silence(25, "Asterisk is killed")
async def test_asterisk_dies_and_half_a_second_of_what_was_said_is_lost_at_most(
    house: House,
) -> None:
    began_at = time.time()
    answer = "answer:0.3:60"
    async with phones(house, bold=answer, saraa=answer, tuya=answer), AsyncExitStack() as calls:
        # Talks are at different places of Asterisk's pieces of 32,768 bytes.
        for number, caller in enumerate((*TALKERS, IN_VOICEMAIL)):
            press = "w3" if caller == IN_VOICEMAIL else "w0"
            call = OutsideCall.place(house.settings, QUICK, caller, press=press)
            await (await calls.enter_async_context(call)).wait_for("answered")
            await asyncio.sleep(0.1 * (1 + number))
        await asyncio.sleep(8)
        before = house.process("asterisk")
        assert before.pid is not None
        os.kill(before.pid, signal.SIGKILL)
        killed_at = time.time()
        rows = {
            caller: await asyncio.to_thread(house.call_from, caller, 15)
            for caller in (*TALKERS, IN_VOICEMAIL)
        }
        await asyncio.to_thread(
            eventually, lambda: len(house.ready_agents()) == 3, 30, "the phones are back"
        )
    await asyncio.sleep(3 * WRITE_SECONDS)
    ours = legs(house, began_at)
    late = sum(seconds for leg in ours for at, seconds in leg.stood_still if at <= killed_at)
    losses: dict[str, float] = {}
    for caller in TALKERS:
        row = rows[caller]
        assert row.outcome == "cut"
        outside = _leg(ours, lambda leg, caller=caller: leg.caller == caller)
        agent = _leg(ours, lambda leg, row=row: leg.callee == row.agent)
        recording = await asyncio.to_thread(stored, house, row.id)
        left, right = _sides(house.settings, recording)
        said_to = {
            "caller": (left, _said(outside.says, agent.hears, killed_at, CALLER), CALLER),
            "agent": (
                right,
                _said(agent.says, outside.hears, killed_at, VOICES[row.agent]),
                VOICES[row.agent],
            ),
        }
        for side, (kept, said, hertz) in said_to.items():
            assert said > 4, f"{side} of {caller} said little"
            losses[f"{caller} {side}"] = said - _seconds_of(hertz, kept)
    outside = _leg(ours, lambda leg: leg.caller == IN_VOICEMAIL)
    beep = max(p.at for p in outside.hears if is_audible(p.payload_type, p.payload))
    said = _tone_seconds([p for p in outside.says if beep < p.at <= killed_at], CALLER)
    recording = await asyncio.to_thread(stored, house, rows[IN_VOICEMAIL].id)
    (kept,) = _sides(house.settings, recording)
    assert said > 2
    losses["voicemail"] = said - _seconds_of(CALLER, kept)
    assert max(losses.values()) <= MOST_LOST_SECONDS + late, losses


def _leg(found: Sequence[Leg], is_it: Any) -> Leg:
    (leg,) = (leg for leg in found if is_it(leg) and leg.answered_at)
    return leg


def _said(says: Sequence[Packet], heard: Sequence[Packet], until: float, hertz: float) -> float:
    """How long somebody spoke from when the other first heard it until Asterisk was killed."""
    first = next(packet.at for packet in heard if _is_tone(_samples(packet), hertz))
    return _tone_seconds([packet for packet in says if first <= packet.at <= until], hertz)


def _tone_seconds(packets: Sequence[Packet], hertz: float) -> float:
    return sum(_is_tone(_samples(packet), hertz) for packet in packets) * PACKET / 8000


def _samples(packet: Packet) -> list[int]:
    return decode(packet.payload_type, packet.payload)


def _is_tone(block: Sequence[int], hertz: float) -> bool:
    return max(block, default=0) > 1000 and share(list(block), hertz) > 0.5


def _seconds_of(hertz: float, side: array[int]) -> float:
    blocks = (side[n : n + PACKET] for n in range(0, len(side) - PACKET + 1, PACKET))
    return sum(_is_tone(block, hertz) for block in blocks) * PACKET / 8000


def _sides(settings: Settings, recording: Any) -> list[array[int]]:
    """The finished recording's sides, at 8 kHz."""
    file = settings.recordings / recording.path
    raw = Path(settings.home, "decoded.raw")
    run_ffmpeg(settings.parts, ["-i", file, "-ar", "8000", "-f", "s16le", raw], timeout_seconds=20)
    decoded = array("h", raw.read_bytes())
    channels = int(file.read_bytes()[37])  # OpusHead, RFC 7845 section 5.1
    return [decoded[n::channels] for n in range(channels)]
