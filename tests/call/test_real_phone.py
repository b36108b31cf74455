"""A telephone that somebody else wrote (baresip) as an agent's phone and as a caller's.

Everybody speaks a tone of their own: the agent 440 Hz, the caller 850 Hz.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from ari_app.acd.agents import READY
from ari_app.commands.live_state import live_state
from ari_app.simulator.leg_file import read_leg
from ari_app.standalone.asterisk import node
from ari_app.standalone.outside import OutsideCall
from ari_app.standalone.outside_world import world
from ari_app.telephony.phone_book import PhoneBook
from tests.addresses import guest_address
from tests.call.baresip import Baresip
from tests.call.house import House, eventually
from tests.call.test_numbers_told import told_of_others
from tests.call.tones import Stretch, seconds_of

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
ANNA_HZ, CALLER_HZ = 440, 850
OWN_PHONE, HER_ROBOT = "97670119997", "97670119996"


@pytest.fixture(scope="module")
def client_of_anna(running_house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Bring in Anna, who has a phone of her own, and a client for whom Tuya alone answers."""
    running_house.duudlaga("client", "import", HERE / "own_phone_agents.yaml")
    running_house.import_client(HERE / "own_phone.yaml")
    text = (HERE / "own_phone.yaml").read_text().replace(OWN_PHONE, HER_ROBOT)
    text = text.replace("client: own-phone", "client: her-robot").replace("anna: 5", "tuya: 5")
    other = tmp_path_factory.mktemp("clients") / "her_robot.yaml"
    other.write_text(text)
    running_house.import_client(other)


@pytest.fixture(autouse=True)
def _anna(client_of_anna: None) -> None:
    """Every test of this module needs the client."""


@asynccontextmanager
async def at_her_desk(house: House, agent: str, port: int = 5080) -> AsyncIterator[Baresip]:
    """The agent's own phone, which she answers herself; ready when the block begins."""
    settings = house.settings
    book = settings.home / "phones.json"
    password = await asyncio.to_thread(
        eventually, lambda: PhoneBook(book).known(agent), 5, f"an account for {agent}"
    )
    account = (
        f"<sip:agent-{agent}@{settings.sip_address}:{settings.sip_port}>"
        f";auth_user=agent-{agent};auth_pass={password};regint=30;answermode=manual"
    )
    async with Baresip.start(settings.parts, desk(house), account, ANNA_HZ, port) as phone:
        await phone.registered()
        await asyncio.to_thread(eventually, lambda: is_ready(house, agent), 10, f"{agent} is ready")
        yield phone


def desk(house: House) -> str:
    """The address of an agent's own phone."""
    return guest_address(house.settings, 20)


def caller(house: House, number: str) -> AbstractAsyncContextManager[Baresip]:
    """A caller's phone; :func:`dial` lets it call."""
    settings = house.settings
    account = f"<sip:{number}@{settings.sip_address}:{settings.sip_port}>;regint=0"
    return Baresip.start(settings.parts, guest_address(settings, 21), account, CALLER_HZ)


def is_ready(house: House, agent: str) -> bool:
    with live_state(house.settings) as live:
        view = live.agents({agent: {"clients": {}}})[agent]
    return view.state == READY and view.registered


async def dial(house: House, phone: Baresip, number: str) -> None:
    """Call, hear the menu, and press the key that leads to the queue."""
    settings = house.settings
    await phone.do("dial", f"sip:{number}@{settings.sip_address}:{settings.sip_port}")
    await phone.wait_for("CALL_ESTABLISHED")
    await asyncio.sleep(1.5)
    await phone.press("7")


async def talk_ended(house: House, number: str) -> dict[str, Any]:
    """What the journal says of the end of the talk with this caller."""
    call = await asyncio.to_thread(house.call_from, number)
    assert call.outcome == "answered", house.entries(call.id)
    return next(data for kind, data in house.entries(call.id) if kind == "talk_ended")


def between(heard: list[Stretch], voice: int) -> list[Stretch]:
    """What was heard between the first and the last time of this voice."""
    places = [n for n, each in enumerate(heard) if each.what == str(voice)]
    assert len(places) > 1, f"{voice} Hz was not heard twice: {heard}"
    return heard[places[0] + 1 : places[-1]]


async def test_it_rings_talks_holds_and_hangs_up(house: House) -> None:
    async with at_her_desk(house, "anna") as anna, caller(house, "99110001") as phone:
        await dial(house, phone, OWN_PHONE)
        await anna.wait_for("CALL_INCOMING")
        await asyncio.sleep(1)
        await anna.do("accept")
        await anna.wait_for("CALL_ESTABLISHED")
        await asyncio.sleep(2)
        await anna.do("hold")
        await asyncio.sleep(3)
        await anna.do("resume")
        await asyncio.sleep(0.5)
        before = await anna.packets()
        await asyncio.sleep(2)
        assert (await anna.packets() - before) % 65536 > 80, "she hears the caller again"
        await anna.do("hangup")
        await phone.wait_for("CALL_CLOSED")
        said, heard = anna.heard(), phone.heard()
    assert (await talk_ended(house, "99110001"))["by"] == "agent"
    assert heard[0].what == "sound", f"the menu first: {heard}"
    assert seconds_of(heard, str(ANNA_HZ)) > 3, f"her voice before and after: {heard}"
    held = between(heard, ANNA_HZ)
    assert seconds_of(held, "sound") > 1, f"music while she holds: {heard}"
    assert seconds_of(heard, str(CALLER_HZ)) == 0, f"nobody hears themselves: {heard}"
    assert seconds_of(said, str(CALLER_HZ)) > 1.5, f"she hears the caller: {said}"
    assert seconds_of(said, str(ANNA_HZ)) == 0, f"nobody hears themselves: {said}"


async def test_the_callers_network_is_told_of_no_agent_when_she_holds(house: House) -> None:
    async with (
        at_her_desk(house, "anna") as anna,
        OutsideCall.place(house.settings, OWN_PHONE, "99110006", press="WWW7") as call,
    ):
        await anna.wait_for("CALL_INCOMING")
        await anna.do("accept")
        await anna.wait_for("CALL_ESTABLISHED")
        for what in ("hold", "resume"):
            await asyncio.sleep(1.5)
            await anna.do(what)
        await asyncio.sleep(1)
        await call.hang_up()
        await anna.wait_for("CALL_CLOSED", 3)
        assert call.leg is not None
        leg = read_leg(call.leg)
    assert told_of_others(leg) == []


async def test_the_caller_hangs_up(house: House) -> None:
    async with at_her_desk(house, "anna") as anna, caller(house, "99110002") as phone:
        await dial(house, phone, OWN_PHONE)
        await anna.wait_for("CALL_INCOMING")
        await anna.do("accept")
        await asyncio.sleep(2)
        await phone.do("hangup")
        await anna.wait_for("CALL_CLOSED", 3)
    assert (await talk_ended(house, "99110002"))["by"] == "caller"


async def test_a_refused_caller_is_not_lost(house: House) -> None:
    async with at_her_desk(house, "anna") as anna, caller(house, "99110003") as phone:
        await dial(house, phone, OWN_PHONE)
        await anna.wait_for("CALL_INCOMING")
        await anna.do("hangup")
        await anna.wait_for("CALL_INCOMING", 20, times=2)
        await anna.do("accept")
        await phone.wait_for("CALL_RTPESTAB")
        await asyncio.sleep(2)
        await phone.do("hangup")
        await anna.wait_for("CALL_CLOSED", 3, times=2)
    assert (await talk_ended(house, "99110003"))["by"] == "caller"


async def test_after_a_reboot_the_new_phone_rings_at_once_and_the_old_one_not(
    house: House,
) -> None:
    async with at_her_desk(house, "anna", port=5080) as before:
        before.unplugged = True
    with closing(old_phone(house)) as old:
        async with (
            at_her_desk(house, "anna", port=5082) as anna,
            caller(house, "99110004") as phone,
        ):
            await dial(house, phone, OWN_PHONE)
            await anna.wait_for("CALL_INCOMING", 2)
            await anna.do("accept")
            await asyncio.sleep(2)
            await phone.do("hangup")
            await anna.wait_for("CALL_CLOSED", 3)
        assert "INVITE" not in set(requests_to(old))
    await talk_ended(house, "99110004")


def old_phone(house: House) -> socket.socket:
    """The port of a phone that is not there any more."""
    port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    port.bind((desk(house), 5080))
    port.settimeout(0)
    return port


def requests_to(port: socket.socket) -> Iterator[str]:
    """The methods of all requests that came to a port."""
    with suppress(BlockingIOError):
        while True:
            yield port.recv(65536).partition(b" ")[0].decode()


async def test_a_robot_makes_way_for_the_agents_own_phone(house: House) -> None:
    try:
        async with at_her_desk(house, "tuya") as tuya, caller(house, "99110005") as phone:
            eventually(lambda: "127.0.0.2:" not in contacts_of(house, "tuya"), 1, "it makes way")
            await dial(house, phone, HER_ROBOT)
            await tuya.wait_for("CALL_INCOMING")
            assert "PJSIP/" not in robots_calls(house), "no robot rings beside her phone"
            await tuya.do("accept")
            await asyncio.sleep(2)
            assert "PJSIP/" not in robots_calls(house)
            await tuya.do("hangup")
            await phone.wait_for("CALL_CLOSED")
            assert seconds_of(phone.heard(), str(ANNA_HZ)) > 1
            refused = house.duudlaga("agent", "simulate", "tuya", "--on")
            assert "own phone is registered" in refused
        assert (await talk_ended(house, "99110005"))["by"] == "agent"
        assert "tuya" not in house.duudlaga("status")
    finally:
        eventually(lambda: contacts_of(house, "tuya") == "", 90, "her phone's registration ends")
        house.duudlaga("agent", "simulate", "tuya", "--on")
        eventually(lambda: len(house.ready_agents()) == 3, 15, "the robots are back")


def contacts_of(house: House, agent: str) -> str:
    """Where Asterisk would ring the agent."""
    lines = node(house.settings).ask("pjsip show contacts").splitlines()
    return "\n".join(line for line in lines if f"agent-{agent}/" in line)


def robots_calls(house: House) -> str:
    """The calls of the second Asterisk."""
    return world(house.settings).ask("core show channels concise")
