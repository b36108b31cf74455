"""Who can be reached, when Asterisk says so twice at once."""

from __future__ import annotations

import asyncio
import json

import pytest

from ari_app.telephony.ari import Ari, DeviceStateChanged, Response
from ari_app.telephony.ari.events import DeviceState
from ari_app.telephony.phones import Phone, Phones, PhoneState
from tests.telephony.ari.until import until


class SlowAsterisk(Ari):
    """Answers to the list of phones only when told to."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:8088", "duudlaga", "", "duudlaga")
        self.connected = True
        self.lists: list[asyncio.Future[Response]] = []
        self.asked: list[str] = []
        self.endpoints: list[dict[str, object]] | None = None

    def request(
        self, method: str, uri: str, body: object | None = None, *, lane: str | None = None
    ) -> asyncio.Future[Response]:
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self.asked.append(f"{method} {uri}")
        if uri == "endpoints/PJSIP" and self.endpoints is not None:
            answer.set_result(Response(status=200, body=json.dumps(self.endpoints)))
        elif method == "DELETE" and self.endpoints is not None:
            gone = uri.rpartition("/")[2]
            self.endpoints = [each for each in self.endpoints if each["resource"] != gone]
            answer.set_result(Response(status=204))
        elif uri == "endpoints/PJSIP":
            self.lists.append(answer)
        else:  # the account is new
            answer.set_result(Response(status=404 if method == "GET" else 200))
        return answer

    async def ask(
        self, method: str, uri: str, body: object | None = None, *, lane: str | None = None
    ) -> Response:
        return await self.request(method, uri, body, lane=lane)

    async def connect(self) -> None:
        """The connection stands again."""
        for listener in self._connect_listeners:
            listener()
        await asyncio.sleep(0)

    def say(self, state: str) -> None:
        """Bold's phone changes."""
        self._heard(DeviceStateChanged(device_state=DeviceState("PJSIP/agent-bold", state)))

    async def list_phones(self, state: str) -> None:
        """The oldest request is answered."""
        body = json.dumps([{"resource": "agent-bold", "state": state}])
        self.lists.pop(0).set_result(Response(status=200, body=body))
        await asyncio.sleep(0)


async def test_a_phone_that_registers_while_the_list_is_on_its_way_stays_reachable() -> None:
    states: list[PhoneState] = []
    asterisk = SlowAsterisk()
    phones = Phones(asterisk, states.append)
    await phones.push(Phone("bold", "right"))
    asterisk.say("NOT_INUSE")
    await asterisk.list_phones("offline")  # as it was when Asterisk began to write it
    assert phones.reachable("bold")
    assert states == [PhoneState("bold", reachable=True)]


async def test_a_phone_that_registered_before_anybody_followed_it_is_found_in_the_list() -> None:
    states: list[PhoneState] = []
    asterisk = SlowAsterisk()
    phones = Phones(asterisk, states.append)
    await phones.push(Phone("bold", "right"))
    await asterisk.list_phones("online")
    assert states == [PhoneState("bold", reachable=True)]


async def test_a_list_that_was_asked_for_after_the_phone_was_heard_counts() -> None:
    states: list[PhoneState] = []
    asterisk = SlowAsterisk()
    phones = Phones(asterisk, states.append)
    await phones.push(Phone("bold", "right"))
    await asterisk.list_phones("online")
    asterisk.say("NOT_INUSE")
    await asterisk.connect()
    await asterisk.list_phones("offline")
    assert not phones.reachable("bold")
    await phones.stop()


def endpoint(name: str, *channels: str) -> dict[str, object]:
    return {"resource": name, "state": "online", "channel_ids": channels}


async def test_an_agent_who_left_loses_the_account_and_who_talks_keeps_it_until_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ari_app.telephony.phones.LOOK_AGAIN_SECONDS", 0.01)
    asterisk, gone = SlowAsterisk(), list[str]()
    phones = Phones(asterisk, lambda _: None)
    stays = [endpoint("trunk", "1"), endpoint("agent-bold")]
    asterisk.endpoints = [*stays, endpoint("agent-saraa"), endpoint("agent-dorj", "7")]
    phones.keep_only(["bold"], gone.append)
    await asyncio.sleep(0.05)
    assert gone == ["saraa"]
    asterisk.endpoints = [*stays, endpoint("agent-dorj")]
    await until(lambda: gone == ["saraa", "dorj"])
    await phones.stop()
    assert asterisk.endpoints == stays
    removed = [each.rpartition("/")[2] for each in asterisk.asked if each.startswith("DELETE")]
    assert removed == 3 * ["agent-saraa"] + 3 * ["agent-dorj"]
