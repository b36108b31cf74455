"""What the network is told of who is in a call with us: by the headers of every SIP message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from ari_app.settings import Settings
from ari_app.simulator.leg_file import Leg, read_leg
from ari_app.standalone.outside import OutsideCall
from tests.call.house import House, eventually
from tests.call.test_fallback import dead_controller
from tests.call.test_stories import QUICK, phones
from tests.standalone.sip_line import SipLine

pytestmark = pytest.mark.real

OURS, THEIRS = f"+{QUICK}", "+97677001122"
WHO_IS_WHO = (
    "P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info",
)  # fmt: skip
PEOPLE = ("agent-", "bold", "saraa", "tuya", "anna")


def told_of_others(leg: Leg) -> list[str]:
    """What we told the caller's network of anybody but the two numbers in the caller's INVITE."""
    found = []
    for message in (each for each in leg.sip if not each.to_house):
        found += [f"{name}: {text}" for name in WHO_IS_WHO if (text := message.header(name))]
        contact = message.header("Contact")
        if "@" in contact or '"' in contact:
            found.append(f"Contact: {contact}")
        found += [line for line in message.head.lower().splitlines() if named(line)]
    return found


def named(line: str) -> bool:
    return any(person in line for person in PEOPLE)


def leg_to(settings: Settings, number: str, since: float) -> Leg | None:
    """The leg that we rang for this number."""
    files = [file for file in settings.heard.glob("*.leg") if file.stat().st_mtime >= since]
    legs = (leg for leg in map(read_leg, files) if leg.sip and leg.began_at >= since)
    return next((leg for leg in legs if not leg.is_from_outside and leg.callee == number), None)


async def test_the_callers_network_is_not_told_who_answers(house: House) -> None:
    async with (
        phones(house),
        OutsideCall.place(house.settings, QUICK, "99190001", press="w0") as call,
    ):
        await call.wait_for("hung_up", 40)
        await asyncio.sleep(1)
        assert call.leg is not None
        leg = read_leg(call.leg)
    assert house.call_from("99190001").outcome == "answered"
    assert told_of_others(leg) == []


async def test_the_callers_network_is_not_told_to_whom_the_call_is_transferred(
    house: House,
) -> None:
    since = time.time()
    async with OutsideCall.place(house.settings, QUICK, "99190002", press="w2") as call:
        await call.wait_for("hung_up", 40)
        await asyncio.sleep(1)
        assert call.leg is not None
        leg = read_leg(call.leg)
    assert told_of_others(leg) == []
    outgoing = leg_to(house.settings, THEIRS, since)
    assert outgoing is not None
    assert_ours_alone(outgoing, "99190002")


@contextmanager
def a_withheld_caller(house: House) -> Iterator[None]:
    """Who wants to be transferred, and whose network tells us who it is."""
    settings = house.settings
    with SipLine((settings.sip_address, settings.sip_port)) as line:
        asserted = 'P-Asserted-Identity: "Bat" <sip:+97699190003@127.0.0.3>'
        assert line.invite(QUICK, headers=[asserted, "Privacy: id"]) == 200
        time.sleep(1)
        line.ask("INFO", body="Signal=2\r\nDuration=100\r\n", content="application/dtmf-relay")
        yield
        line.hang_up()


@pytest.mark.parametrize("lives", [True, False], ids=["with", "without"])
def test_a_withheld_caller_is_withheld_when_the_call_is_transferred(
    house: House, lives: bool
) -> None:
    """With the controller and without."""
    since = time.time()
    with nullcontext() if lives else dead_controller(house), a_withheld_caller(house):
        eventually(lambda: answered(house, since), 20, "the outside number answers")
        time.sleep(1)
    outgoing = answered(house, since)
    assert outgoing is not None
    assert_ours_alone(outgoing, "99190003")


def answered(house: House, since: float) -> Leg | None:
    """The leg to the outside number, once that answered."""
    leg = leg_to(house.settings, THEIRS, since)
    return leg if leg is not None and leg.answered_at is not None else None


def assert_ours_alone(leg: Leg, caller: str) -> None:
    """The number that we show is ours, it forwards the call, and nothing is said of the caller."""
    invite = leg.sip[0]
    for header in ("From", "P-Asserted-Identity", "Diversion"):
        assert f"sip:{OURS}@" in invite.header(header), f"{header}: {invite.header(header)}"
    assert "reason=unconditional" in invite.header("Diversion")
    for message in (each for each in leg.sip if not each.to_house):
        assert caller not in message.head
        assert "Bat" not in message.head
        assert not message.header("Remote-Party-ID")
        shown = message.header("P-Asserted-Identity")
        assert not shown or OURS in shown, shown
