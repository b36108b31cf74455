"""The ear at a real call: what Asterisk plays arrives byte for byte, and each voice is told."""

from __future__ import annotations

import asyncio
import random
from array import array
from collections.abc import Iterator

import pytest

from ari_app.media.sound import Sound
from ari_app.simulator.known_sounds import KnownSounds
from ari_app.simulator.playing import playings
from tests.load import mixed
from tests.load.callers import Callers
from tests.load.heard import Heard
from tests.load.house import House, known_sounds
from tests.load.phones import AgentPhones
from tests.load.ring import Manner

pytestmark = pytest.mark.real

AGENT_HERTZ = 650
AGENTS = mixed.DESK[:2]


@pytest.fixture
def house() -> Iterator[House]:
    with House() as house:
        house.bring_in(mixed.documents())
        yield house


def every_sample() -> array[int]:
    """Each of the 65,536 samples once, none of them beside its neighbour; and half a packet."""
    samples = list(range(-32768, 32768))
    random.Random(5).shuffle(samples)  # noqa: S311 - the same order every time
    return array("h", [*samples, *samples[:1000]])


async def heard_by(callers: Callers, number: str, sounds: KnownSounds, seconds: float) -> Heard:
    """What a caller of this number heard within so many seconds of the answer."""
    call, heard = callers.call(number, "97699000001"), Heard(sounds)
    async with asyncio.timeout(10):
        await call.answered.wait()
    callers.sound.hear(call.far_sound[1], heard)
    callers.sound.say(call.far_sound)
    await asyncio.sleep(seconds)
    await call.hang_up()
    callers.sound.stop(call.far_sound)
    return heard


@pytest.mark.parametrize("codec", ["8", "0"], ids=["A-law", "µ-law"])
async def test_every_sample_arrives_as_the_table_says(house: House, codec: str) -> None:
    for client in ("crowded", "desk"):
        Sound(every_sample()).write(house.client_prompt(client, "mn", "second").with_suffix(".wav"))
    sounds = known_sounds(house.settings)
    await asyncio.to_thread(house.passwords, AGENTS)  # the documents are in force
    callers = await Callers.open("127.0.0.3", house.sip)
    callers.offer = callers.offer.replace("RTP/AVP 8 0", f"RTP/AVP {codec}")
    try:
        heard = await heard_by(callers, "97670190001", sounds, 10)
    finally:
        callers.close()
    assert playings(heard.spans)[0].is_whole
    assert sum(span.missing for span in heard.spans) == 0
    assert {span.kind for span in heard.spans} == {"file"}


async def test_after_the_greeting_the_agents_voice_is_heard(house: House) -> None:
    sounds = known_sounds(house.settings)
    callers = await Callers.open("127.0.0.3", house.sip)
    phones = await AgentPhones.open(
        "127.0.0.4", house.sip, Manner(talk_seconds=4, speaks=True), AGENT_HERTZ
    )
    try:
        await phones.register(await asyncio.to_thread(house.passwords, AGENTS))
        await asyncio.to_thread(house.await_phones, AGENTS)
        heard = await heard_by(callers, "97670190002", sounds, 7)
    finally:
        await phones.close()
        callers.close()
    (talk,) = [span for span in heard.spans if abs(span.hertz - AGENT_HERTZ) < 5]
    assert talk.seconds > 3
