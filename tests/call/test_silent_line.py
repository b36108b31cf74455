"""A caller who sends nothing at all waits as long as the house allows, and is rung back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ari_app.standalone.outside import answer_with
from tests.call.house import AGENTS, House
from tests.load.callers import Callers

pytestmark = pytest.mark.real


async def test_a_caller_on_whose_line_nothing_comes_is_owed_a_call() -> None:
    with House(environment={"DUUDLAGA_SILENT_LINE_SECONDS": "8"}) as house:
        await asyncio.to_thread(house.import_client, Path(__file__).parent / "quick.yaml")
        settings = house.settings
        for agent in AGENTS:
            await answer_with(settings, agent, "no_answer")
        callers = await Callers.open(
            settings.outside_address, (settings.sip_address, settings.sip_port)
        )
        try:
            call = callers.call("97670119999", "99180001")
            async with asyncio.timeout(60):
                await call.answered.wait()
                await call.press("0")
                await call.ended.wait()
        finally:
            callers.close()
        row = await asyncio.to_thread(house.call_from, "99180001")
        assert row.outcome == "abandoned"
        assert (row.ended_at - row.offered_at).total_seconds() > 8
        assert house.rows("SELECT FROM callbacks WHERE number = %s", "+97699180001")
