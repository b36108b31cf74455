"""A line on which nothing comes any more is ended after the limit, and booked as what it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ari_app.standalone.outside import answer_with
from tests.call.house import AGENTS, House
from tests.call.listening import listened
from tests.call.test_fallback import dead_controller
from tests.load.callers import Callers

pytestmark = pytest.mark.real

Entries = list[tuple[str, dict[str, Any]]]

SECONDS = 6
QUICK = "97670119999"


@pytest.fixture(scope="module")
def strict_house() -> Iterator[House]:
    """A house that gives up a line after seconds."""
    with House(environment={"DUUDLAGA_SILENT_LINE_SECONDS": str(SECONDS)}) as house:
        house.import_client(Path(__file__).parent / "quick.yaml")
        yield house


@pytest.fixture(autouse=True)
def _listened(strict_house: House, request: pytest.FixtureRequest) -> Iterator[None]:
    with listened(strict_house.settings, request.node):
        yield


async def silent_callers(house: House, pressed: dict[str, str]) -> dict[str, Entries]:
    """Let each caller press a key and send nothing; return their journals when all have ended."""
    settings = house.settings
    callers = await Callers.open(
        settings.outside_address, (settings.sip_address, settings.sip_port)
    )

    async def call(number: str, key: str) -> None:
        placed = callers.call(QUICK, number)
        await placed.answered.wait()
        await placed.press(key)
        await placed.ended.wait()

    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*(call(number, key) for number, key in pressed.items()))
    finally:
        callers.close()
    rows = {number: await asyncio.to_thread(house.call_from, number) for number in pressed}
    for number, row in rows.items():
        assert (row.ended_at - row.offered_at).total_seconds() >= SECONDS - 1, number
    return {number: house.entries(row.id) for number, row in rows.items()}


def data_of(entries: Entries, kind: str) -> Any:
    return next(data for each, data in reversed(entries) if each == kind)


async def test_a_caller_on_whose_line_nothing_comes_is_lost_and_owed_a_call(
    strict_house: House,
) -> None:
    for agent, how in zip(AGENTS, ("answer:1:60", "no_answer", "no_answer"), strict=True):
        await answer_with(strict_house.settings, agent, how)
    talking, waiting, in_the_menu, recorded = numbers = [f"9918000{n}" for n in range(4)]
    pressed = dict(zip(numbers, ("0", "0", "", "3"), strict=True))
    ends = await silent_callers(strict_house, pressed)
    by = {number: data_of(entries, "call_ended")["by"] for number, entries in ends.items()}
    assert by == dict.fromkeys(numbers, "caller_lost")
    talked = [n for n in (talking, waiting) if "talk_ended" in dict(ends[n])]
    assert len(talked) == 1, "one agent answers"
    assert data_of(ends[talked[0]], "talk_ended")["by"] == "caller_lost"
    (waited,) = {talking, waiting} - set(talked)
    assert data_of(ends[waited], "queue_left")["reason"] == "caller_lost"
    assert "recording_expected" in dict(ends[recorded])
    for number in (waited, in_the_menu):
        assert strict_house.rows("SELECT FROM callbacks WHERE number = %s", f"+976{number}")
    call = strict_house.call_from(waited).id
    assert "no sound came from the caller's network" in strict_house.duudlaga(
        "calls", "--call", call
    )


async def test_without_a_controller_it_is_the_same(strict_house: House) -> None:
    with dead_controller(strict_house):
        ends = await silent_callers(strict_house, {"99180010": "", "99180011": "3"})
    for entries in ends.values():
        assert data_of(entries, "call_ended")["by"] == "caller_lost"
