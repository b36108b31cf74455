"""Agents' phones in a real Asterisk: accounts without files, and who can be reached."""

from __future__ import annotations

import asyncio

import pytest

from ari_app.telephony.ari import Ari
from ari_app.telephony.phones import Phone, Phones, PhoneState
from tests.telephony.ari.live_asterisk import LiveAsterisk
from tests.telephony.ari.sip_phone import SipPhone
from tests.telephony.ari.until import until

pytestmark = pytest.mark.real

REACHABLE = PhoneState("bold", reachable=True)
AWAY = PhoneState("bold", reachable=False)


async def test_an_agents_phone_registers_and_is_seen_to_come_and_go(
    live_ari: Ari, asterisk: LiveAsterisk
) -> None:
    states: list[PhoneState] = []
    phones = Phones(live_ari, states.append)
    await phones.push(Phone("bold", "right"))
    await until(lambda: states == [AWAY])
    with SipPhone(asterisk.sip, "agent-bold", "right") as phone:
        assert await asyncio.to_thread(phone.register) == 200
        await until(lambda: states == [AWAY, REACHABLE])
        assert phones.reachable("bold")
        assert await asyncio.to_thread(phone.register, 0) == 200
        await until(lambda: states == [AWAY, REACHABLE, AWAY])
    await phones.remove("bold")


async def test_a_wrong_password_or_a_removed_account_does_not_register(
    live_ari: Ari, asterisk: LiveAsterisk
) -> None:
    phones = Phones(live_ari, lambda _: None)
    await phones.push(Phone("saraa", "right"))
    with SipPhone(asterisk.sip, "agent-saraa", "wrong") as phone:
        assert await asyncio.to_thread(phone.register) == 401
    await phones.remove("saraa")
    await phones.remove("saraa")
    with SipPhone(asterisk.sip, "agent-saraa", "right") as phone:
        assert await asyncio.to_thread(phone.register) == 401


async def test_pushing_the_same_phone_again_changes_nothing(live_ari: Ari) -> None:
    phones = Phones(live_ari, lambda _: None)
    await phones.push(Phone("bold", "right"))
    requests = live_ari.counts["requests"]
    await phones.push(Phone("bold", "right"))
    assert live_ari.counts["requests"] - requests == 3, "more than the three reads"
    await phones.remove("bold")


async def test_a_phone_may_move_into_the_browser_and_back(live_ari: Ari) -> None:
    phones = Phones(live_ari, lambda _: None)
    for webrtc, encryption in ((False, "no"), (True, "dtls"), (False, "no")):
        await phones.push(Phone("bold", "right", ("opus", "ulaw"), webrtc=webrtc))
        answer = await live_ari.ask("GET", "asterisk/config/dynamic/res_pjsip/endpoint/agent-bold")
        fields = {field["attribute"]: field["value"] for field in answer.json()}
        assert fields["webrtc"] == ("yes" if webrtc else "no")
        assert fields["media_encryption"] == encryption
        assert fields["allow"] == "(opus|ulaw)"
    await phones.remove("bold")


async def test_accounts_survive_the_sudden_death_of_asterisk(
    live_ari: Ari, asterisk: LiveAsterisk
) -> None:
    """Even those that Asterisk had not yet written to its disk."""
    states: list[PhoneState] = []
    phones = Phones(live_ari, states.append)
    await phones.push(Phone("bold", "right"))
    await until(lambda: states == [AWAY])
    asterisk.kill()
    await until(lambda: not live_ari.connected)
    await asyncio.to_thread(asterisk.start)
    await until(lambda: live_ari.connected, seconds=5)
    await asyncio.sleep(0.3)
    with SipPhone(asterisk.sip, "agent-bold", "right") as phone:
        assert await asyncio.to_thread(phone.register) == 200
        await until(lambda: phones.reachable("bold"))
    await phones.remove("bold")
    await phones.stop()
