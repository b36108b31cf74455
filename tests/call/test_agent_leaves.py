"""An agent leaves the house: not in the middle of a talk, and after it no call reaches her."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ari_app.standalone.outside import OutsideCall
from ari_app.telephony.phone_book import PhoneBook
from tests.call.house import House, eventually
from tests.call.test_real_phone import OWN_PHONE, is_ready
from tests.load.phones import AgentPhones
from tests.load.ring import Manner

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
DESK, SECOND_DESK = "127.0.0.22", "127.0.0.23"
SECONDS_OF_A_TALK = 1.5
"""A talk begins at one second."""


async def test_who_leaves_ends_the_talk_first_then_gets_no_calls_and_cannot_register(
    house: House,
) -> None:
    await asyncio.to_thread(house.duudlaga, "client", "import", HERE / "own_phone_agents.yaml")
    await asyncio.to_thread(house.import_client, HERE / "own_phone.yaml")
    settings = house.settings
    book = settings.home / "phones.json"
    password = await asyncio.to_thread(
        eventually, lambda: PhoneBook(book).known("anna"), 5, "an account for anna"
    )
    asterisk = (settings.sip_address, settings.sip_port)
    talks = Manner(speaks=True)
    first = await AgentPhones.open(DESK, asterisk, talks)
    phones = await AgentPhones.open(SECOND_DESK, asterisk, talks)
    try:
        await first.register({"anna": password})
        await phones.register({"anna": password})
        await asyncio.to_thread(eventually, lambda: is_ready(house, "anna"), 10, "anna is ready")
        async with OutsideCall.place(settings, OWN_PHONE, "99170001", press="WW7") as call:
            await call.wait_for("answered")
            await asyncio.to_thread(
                eventually, lambda: phones.rings and phones.rings[0].answered_at, 15, "they talk"
            )
            assert first.rings == [], "the phone that registered last is rung, alone"
            with pytest.raises(AssertionError, match="Anna is in a call"):
                house.duudlaga("agent", "remove", "anna", "--yes")
            await asyncio.sleep(SECONDS_OF_A_TALK)
            assert phones.rings[0].ended_by == "", "the talk goes on"
            await call.hang_up()
        await asyncio.to_thread(eventually, lambda: is_ready(house, "anna"), 10, "anna is free")
        house.duudlaga("agent", "remove", "anna", "--yes")
        await asyncio.to_thread(
            eventually, lambda: PhoneBook(book).known("anna") is None, 15, "the account is gone"
        )
        with pytest.raises(ValueError, match="404"):
            await phones.register({"anna": password})
        async with OutsideCall.place(settings, OWN_PHONE, "99170002", press="WW7") as call:
            await call.wait_for("hung_up", 40)
        assert len(phones.rings) == 1, "nobody rings for a second caller"
    finally:
        await first.close()
        await phones.close()
    assert house.call_from("99170001").outcome == "answered"
    assert house.call_from("99170002").outcome == "abandoned"
