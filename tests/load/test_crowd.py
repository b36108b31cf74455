"""The controller dies with two hundred callers: the next one takes up each where they were."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.load import crowd, traces
from tests.load.callers import Callers
from tests.load.house import House
from tests.load.phones import AgentPhones
from tests.load.ring import Manner

pytestmark = [pytest.mark.real, pytest.mark.fault]

SETTLE_SECONDS = 30.0


@pytest.fixture
def house() -> Iterator[House]:
    with House() as house:
        house.bring_in(crowd.documents())
        yield house


async def test_two_hundred_callers_are_taken_up_nobody_is_cut_and_all_keep_their_place(
    house: House,
) -> None:
    callers = await Callers.open("127.0.0.3", house.sip)
    phones = await AgentPhones.open("127.0.0.4", house.sip, Manner(speaks=True))
    team = len(crowd.TEAM)
    try:
        await phones.register(await asyncio.to_thread(house.passwords, crowd.TEAM))
        await asyncio.to_thread(house.await_phones, crowd.TEAM)
        calls = await crowd.line_up(callers, crowd.NUMBER, phones, team)
        report = await asyncio.to_thread(crowd.kill_controller, house)
        assert report.figure("recovery_calls") == len(calls)
        assert [call.caller for call in calls if call.ended.is_set()] == []
        assert crowd.talking(phones) == team, "those who talked go on talking"
        await crowd.next_in_line(calls, phones)
        await asyncio.gather(*(call.hang_up() for call in calls if not call.ended.is_set()))
    finally:
        await phones.close()
        callers.close()
    served = {call.caller for call in calls[: 2 * team]}
    expected = {call.caller: "answered" if call.caller in served else "abandoned" for call in calls}
    found = await asyncio.to_thread(
        traces.eventually,
        lambda: traces.outcomes(house),
        lambda found: found == expected,
        SETTLE_SECONDS,
    )
    assert found == expected
    assert set(traces.endings(house).values()) == {1}
