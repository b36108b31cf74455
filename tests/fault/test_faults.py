"""Fifty live calls and a fault: none is lost, none is unlogged, nobody waits in silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fault.drill import Fault, perform
from tests.fault.faults import FAULTS
from tests.fault.house import FaultHouse
from tests.fault.schedules import Run, known_seeds
from tests.fault.stage import stage

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def house() -> Iterator[FaultHouse]:
    """One house for all faults: each leaves it well."""
    with FaultHouse() as running:
        yield running


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name, marks=[pytest.mark.real] if fault.short else [])
        for fault in FAULTS
    ],
)
async def test_no_call_is_lost_when(house: FaultHouse, fault: Fault) -> None:
    async with stage(house) as people:
        outcome = await perform(people, fault)
    assert outcome.violations == ()
    assert outcome.recovered is not None, "a new caller never got the controller again"


async def test_no_call_is_lost_in_a_schedule_that_failed_once(house: FaultHouse) -> None:
    async with stage(house) as people:
        run = Run(people)
        await run.of(known_seeds())
    assert run.failed == []


@pytest.mark.real
async def test_no_call_is_lost_in_some_random_schedules(house: FaultHouse) -> None:
    async with stage(house) as people:
        run = Run(people)
        await run.of(range(1000, 1002))
    assert run.failed == []
