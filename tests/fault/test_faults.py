"""Fifty live calls and a fault: none is lost, none is unlogged, nobody waits in silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fault.faults import FAULTS
from tests.fault.house import FaultHouse
from tests.fault.report import rehearse
from tests.fault.schedules import Run, known_seeds
from tests.fault.stage import stage

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def house() -> Iterator[FaultHouse]:
    """One house for all faults: each leaves it well."""
    with FaultHouse() as running:
        yield running


@pytest.mark.real
async def test_no_call_is_lost_in_the_short_form(house: FaultHouse) -> None:
    """All on one stage: phones that registered anew for each fault would have old addresses."""
    async with stage(house) as people:
        outcomes = await rehearse(people, [fault for fault in FAULTS if fault.short])
        run = Run(people)
        await run.of(range(1000, 1002))
    broken = {each.fault.name: each.violations for each in outcomes if each.violations}
    assert broken == {}
    assert [each.fault.name for each in outcomes if each.recovered is None] == []
    assert run.failed == []


async def test_no_call_is_lost_in_a_schedule_that_failed_once(house: FaultHouse) -> None:
    async with stage(house) as people:
        run = Run(people)
        await run.of(known_seeds())
    assert run.failed == []
