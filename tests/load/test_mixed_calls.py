"""Two hundred callers, ten a second, each leaving in another way: none is lost, nothing is left."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest

from ari_app.commands.live_state import live_state
from tests.load import mixed, traces
from tests.load.callers import CallerCall, Callers
from tests.load.house import House
from tests.load.phones import AgentPhones
from tests.load.ring import Manner

pytestmark = pytest.mark.real

RATE = 10.0
SETTLE_SECONDS = 30.0
RECORDING_SECONDS = 90.0
AGENT_TALKS_SECONDS = 6.0
"""Longer than the callers talk who hang up themselves."""

CONTACTS = 1
"""The first caller opens the file of contacts, which stays open."""


@pytest.fixture
def house() -> Iterator[House]:
    with House() as house:
        house.bring_in(mixed.documents())
        yield house


async def test_two_hundred_mixed_calls_are_all_on_record_and_leave_nothing_behind(
    house: House,
) -> None:
    callers = await Callers.open("127.0.0.3", house.sip)
    phones = await AgentPhones.open(
        "127.0.0.4",
        house.sip,
        Manner(ring_seconds=0.3, talk_seconds=AGENT_TALKS_SECONDS, speaks=True),
    )
    try:
        await _register(house, phones)
        files_before = traces.open_files(house) + CONTACTS
        placed = await _place(house, callers)
        await asyncio.to_thread(_nothing_is_left, house, files_before)
    finally:
        await phones.close()
        callers.close()
    await asyncio.to_thread(_all_is_on_record, house, placed)


async def _register(house: House, phones: AgentPhones) -> None:
    agents = [*mixed.DESK, *mixed.BUSY, *mixed.RESTING]
    for agent in mixed.BUSY:
        phones.manners[agent] = Manner(status=486)
    await phones.register(await asyncio.to_thread(house.passwords, agents))
    await asyncio.to_thread(house.await_phones, agents)
    with live_state(house.settings) as live:
        for agent in mixed.RESTING:
            live.tell("pause", {"agent": agent, "reason": "lunch"})


async def _place(house: House, callers: Callers) -> dict[str, str]:
    """Place all calls, and return the outcome that each caller must get, by number."""
    order = [kind for kind in mixed.KINDS for _ in range(kind.calls)]
    random.Random(7).shuffle(order)  # noqa: S311 - the same order every time
    expected: dict[str, str] = {}
    numbers = count(0)
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with asyncio.TaskGroup() as playing:
        for place, kind in enumerate(order):
            await asyncio.sleep(max(0.0, start + place / RATE - loop.time()))
            caller = f"9769{next(numbers):07d}"
            expected[caller] = kind.outcome
            playing.create_task(_play(house, kind, callers.call(kind.number, caller)))
    return expected


async def _play(house: House, kind: mixed.Kind, call: CallerCall) -> None:
    try:
        await kind.conduct(call)
    except (TimeoutError, ValueError) as error:
        raise AssertionError(
            f"{kind.name}, caller {call.caller}, status {call.status}: {error!r}; "
            f"started again meanwhile: {traces.restarts(house) or 'nothing'}"
        ) from error


def _nothing_is_left(house: House, files_before: int) -> None:
    nothing = {"channels": 0, "bridges": 0}
    held = traces.eventually(
        lambda: traces.held_by_asterisk(house), lambda held: held == nothing, SETTLE_SECONDS
    )
    assert held == nothing
    assert traces.open_runs(house) == 0
    files = traces.eventually(
        lambda: traces.open_files(house), lambda files: files <= files_before, SETTLE_SECONDS
    )
    assert files <= files_before
    assert traces.complaints(house) == []
    assert traces.restarts(house) == {}


def _all_is_on_record(house: House, expected: dict[str, str]) -> None:
    found = traces.eventually(
        lambda: traces.outcomes(house), lambda found: found == expected, SETTLE_SECONDS
    )
    wrong = {
        caller: (found.get(caller), outcome)
        for caller, outcome in expected.items()
        if found.get(caller) != outcome
    }
    assert wrong == {}, f"found and expected: {wrong}"
    assert len(found) == len(expected) == len(traces.witnessed(house))
    assert set(traces.endings(house).values()) == {1}
    answered = traces.answered(house)
    assert len(answered) == Counter(expected.values())["answered"]
    missing = traces.eventually(
        lambda: answered - traces.recorded(house), lambda gap: not gap, RECORDING_SECONDS
    )
    assert missing == set()
