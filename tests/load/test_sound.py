"""A busy generator hears all the same: sound that comes before it listens, or as it stops."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from time import monotonic

import pytest

from ari_app.simulator.g711 import PCMA
from ari_app.simulator.known_sounds import KnownSounds
from tests.load.heard import Heard
from tests.load.sound import Sound, voice

VOICE = voice(650)
OTHER = ("127.0.0.1", 1)


@pytest.fixture
async def ear() -> AsyncIterator[Sound]:
    ear = Sound("127.0.0.1")
    ear.hear(OTHER[1], Heard(KnownSounds({})))  # somebody listens already
    yield ear
    ear.close()


@pytest.fixture
def house() -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as house:
        house.bind(("127.0.0.1", 0))
        yield house


def speak(house: socket.socket, ear: Sound, first: int, packets: int) -> None:
    for number in range(first, first + packets):
        header = struct.pack("!BBHII", 0x80, PCMA, number, number * 160, 7)
        house.sendto(header + VOICE, (ear.host, ear.port))


async def test_sound_that_overtakes_the_answer_is_heard(ear: Sound, house: socket.socket) -> None:
    speak(house, ear, 0, 2)
    await asyncio.sleep(0.05)
    called_at = monotonic()
    speak(house, ear, 2, 3)
    await asyncio.sleep(0.05)
    heard = Heard(KnownSounds({}))
    ear.hear(house.getsockname()[1], heard, since=called_at)
    assert [(span.name, span.packets) for span in heard.spans] == [("650 Hz", 3)]


async def test_sound_that_came_before_the_end_was_noticed_is_heard(
    ear: Sound, house: socket.socket
) -> None:
    heard = Heard(KnownSounds({}))
    ear.hear(house.getsockname()[1], heard)
    speak(house, ear, 0, 600)
    ear.stop(house.getsockname())
    speak(house, ear, 600, 5)
    await asyncio.sleep(0.05)
    assert [span.packets for span in heard.spans] == [600]
