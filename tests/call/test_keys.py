"""Keys as real phones send them, and what a caller is sent who thinks about which one to press."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import pairwise
from math import pi, sin
from pathlib import Path

import pytest

from ari_app.simulator.g711 import PCMA, encode
from tests.call.house import House, eventually
from tests.call.test_stories import phones, place
from tests.standalone.key_phone import KeyPhone

pytestmark = pytest.mark.real

NUMBER = "97670119990"
THINKING_SECONDS = 4.0
TONE_SECONDS = 0.2


@pytest.fixture(scope="module")
def client(running_house: House) -> None:
    """Bring in the client."""
    running_house.import_client(Path(__file__).parent / "keys.yaml")


@pytest.fixture(autouse=True)
def _client(client: None) -> None:
    """Every test of this module needs it."""


def chosen(house: House, call: str) -> list[tuple[str, str]]:
    """The menus that were left, and by which exit."""
    return [
        (data["node"], data["exit"])
        for kind, data in house.entries(call)
        if kind == "exit_taken" and data["node"] in ("first", "second")
    ]


async def at_the_menu(house: House, phone: KeyPhone, caller: str, *, keys: bool = True) -> str:
    """Call; return the call's id when the first menu has been heard and a key is awaited."""
    await asyncio.to_thread(phone.call, NUMBER, caller, keys=keys)
    await asyncio.sleep(2.5)
    return house.newest_call()


async def press(phone: KeyPhone, held: int) -> None:
    phone.press("1", held)
    await asyncio.sleep(held / 1000)


async def press_and_inform(phone: KeyPhone, held: int, told: int) -> None:
    pressed = asyncio.create_task(press(phone, held))
    await asyncio.to_thread(phone.inform, "1", told)
    await pressed


async def press_then_inform(phone: KeyPhone, held: int, told: int, later: float = 0.0) -> None:
    await press(phone, held)
    await asyncio.sleep(later)
    await asyncio.to_thread(phone.inform, "1", told)


Way = Callable[[KeyPhone], Awaitable[None]]
ONE_PRESS: dict[str, Way] = {
    "RFC 4733": partial(press, held=100),
    "RFC 4733, as short as can be": partial(press, held=40),
    "INFO at the press": partial(press_and_inform, held=100, told=100),
    "INFO at the press, held": partial(press_and_inform, held=240, told=100),
    "INFO at the press, told as longer than it is": partial(press_and_inform, held=100, told=250),
    "INFO after the release": partial(press_then_inform, held=100, told=100),
    "INFO after the release, held": partial(press_then_inform, held=200, told=200),
    "INFO 50 ms after the release": partial(press_then_inform, held=200, told=100, later=0.05),
}


@pytest.mark.parametrize("way", ONE_PRESS.values(), ids=ONE_PRESS)
async def test_one_press_chooses_once(house: House, way: Way) -> None:
    with KeyPhone((house.settings.sip_address, house.settings.sip_port)) as phone:
        call = await at_the_menu(house, phone, "99190001")
        await way(phone)
        await asyncio.sleep(1.5)
        phone.line.hang_up()
    assert chosen(house, call)[:1] == [("first", "1")]
    assert ("second", "1") not in chosen(house, call)


async def press_twice(phone: KeyPhone, held: int, every: float) -> None:
    for _ in range(2):
        phone.press("1", held)
        await asyncio.sleep(every)


async def inform_twice(phone: KeyPhone, every: float) -> None:
    for _ in range(2):
        await asyncio.to_thread(phone.inform, "1", 100)
        await asyncio.sleep(every)


TWO_PRESSES: dict[str, Way] = {
    "RFC 4733": partial(press_twice, held=100, every=0.25),
    "RFC 4733, quickly": partial(press_twice, held=60, every=0.15),
    "INFO": partial(inform_twice, every=0.25),
}


@pytest.mark.parametrize("way", TWO_PRESSES.values(), ids=TWO_PRESSES)
async def test_two_quick_presses_of_one_key_choose_twice(house: House, way: Way) -> None:
    with KeyPhone((house.settings.sip_address, house.settings.sip_port)) as phone:
        call = await at_the_menu(house, phone, "99190002")
        await way(phone)
        eventually(lambda: ("second", "1") in chosen(house, call), 3, "the second press")
        phone.line.hang_up()


def tones(low: float, high: float) -> Iterator[bytes]:
    """The tones of a key, 20 ms at a time."""
    at = 0
    while True:
        samples = array("h")
        for _ in range(160):
            turn = 2 * pi * at / 8000
            samples.append(int(8000 * (sin(low * turn) + sin(high * turn))))
            at += 1
        yield encode(PCMA, samples)


async def test_a_key_that_is_only_a_tone_is_heard_in_the_callers_silence(house: House) -> None:
    with KeyPhone((house.settings.sip_address, house.settings.sip_port)) as phone:
        call = await at_the_menu(house, phone, "99190003", keys=False)
        quiet, sound = phone.says, tones(697, 1209)
        phone.says = partial(next, sound)
        await asyncio.sleep(TONE_SECONDS)
        phone.says = quiet
        eventually(lambda: chosen(house, call) == [("first", "1")], 3, "the tone of the key 1")
        phone.line.hang_up()


async def test_a_caller_who_thinks_about_which_key_to_press_is_sent_packets(house: House) -> None:
    with KeyPhone((house.settings.sip_address, house.settings.sip_port)) as phone:
        await at_the_menu(house, phone, "99190004")
        await asyncio.sleep(THINKING_SECONDS)
        until = time.monotonic()
        phone.line.hang_up()
    gaps = [after - before for before, after in pairwise([*phone.heard, until])]
    assert max(gaps) < 0.5, f"no packets for {max(gaps):.1f} s"


@pytest.mark.silence(6, "the caller thinks about which key to press")
async def test_what_follows_the_thinking_is_heard_from_its_beginning(house: House) -> None:
    """The other prompt, the music and the agent: the judge listens to all of them."""
    async with phones(house):
        call = await place(house, "99190005", "WWWWW1", number=NUMBER, hang_up_after=12)
        assert call.outcome == "self_served" or call.ended_by == "caller"
        call = await place(house, "99190006", "WWWWW0", number=NUMBER)
    assert call.outcome == "answered"
