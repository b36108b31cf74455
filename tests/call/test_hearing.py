"""What callers hear, on the wire: while they wait, in the talk, and after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from tests.call.house import House
from tests.call.test_stories import kinds, phones
from tests.load.callers import CallerCall, Callers
from tests.load.heard import Heard
from tests.load.house import known_sounds

pytestmark = pytest.mark.real

PATIENT = "97670119998"
LONGEST_SILENCE_SECONDS = 1.5
"""Between words of a sentence; whatever comes next in a flow begins sooner."""


@dataclass(slots=True)
class Listener:
    """A caller who speaks and listens. ``since`` is when the call was answered."""

    call: CallerCall
    heard: Heard
    since: float = 0.0

    def silence(self) -> float:
        """The longest time in which nothing was heard so far, in seconds."""
        end = self.call.ended_at or monotonic()
        return self.heard.longest_silence(self.since, end)


@asynccontextmanager
async def listeners(house: House, *callers: str) -> AsyncIterator[list[Listener]]:
    """Call from these numbers; whoever is still on the line at the end hangs up."""
    settings = house.settings
    source = await Callers.open(settings.outside_address, (settings.sip_address, settings.sip_port))
    sounds = await asyncio.to_thread(known_sounds, settings)
    found = []
    try:
        for caller in callers:
            listener = Listener(source.call(PATIENT, caller), Heard(sounds))
            async with asyncio.timeout(10):
                await listener.call.answered.wait()
            listener.since = monotonic()
            source.sound.hear(listener.call.far_sound[1], listener.heard)
            source.sound.say(listener.call.far_sound)
            found.append(listener)
        yield found
        for listener in found:
            await listener.call.hang_up()
    finally:
        source.close()


@pytest.fixture(scope="module")
def patient(running_house: House) -> None:
    """The client of these stories."""
    running_house.import_client(Path(__file__).parent / "patient.yaml")


@pytest.mark.usefixtures("patient")
async def test_callers_who_wait_behind_others_hear_something_all_the_time(house: House) -> None:
    async with (
        phones(house, bold="answer:0:40", saraa="answer:0:40", tuya="answer:0:40"),
        listeners(house, *(f"9916000{n}" for n in range(7))) as callers,
    ):
        await asyncio.sleep(35)
        silences = [round(caller.silence(), 2) for caller in callers]
        assert max(silences) < LONGEST_SILENCE_SECONDS, silences
        assert not any(caller.call.ended.is_set() for caller in callers)


@pytest.mark.usefixtures("patient")
async def test_a_caller_who_refuses_recording_hears_the_agent_and_what_comes_after(
    house: House,
) -> None:
    async with (
        phones(house, bold="answer:0:4", saraa="answer:0:4", tuya="answer:0:4"),
        listeners(house, *(f"9916001{n}" for n in range(3))) as callers,
    ):
        await asyncio.gather(*(caller.call.press("9") for caller in callers))
        async with asyncio.timeout(40):
            await asyncio.gather(*(caller.call.ended.wait() for caller in callers))
        silences = [round(caller.silence(), 2) for caller in callers]
    for n in range(3):
        row = await asyncio.to_thread(house.call_from, f"9916001{n}")
        assert row.outcome == "answered"
        assert "recording_refused" in kinds(house, row.id)
    assert max(silences) < LONGEST_SILENCE_SECONDS + 1, silences  # the survey waits for a key
