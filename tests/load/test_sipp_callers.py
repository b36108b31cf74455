"""Callers from sipp: many of one kind at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.addresses import guest_address
from tests.load import mixed, traces
from tests.load.house import House
from tests.load.sipp import Sipp, SippReport

pytestmark = pytest.mark.real

SETTLE_SECONDS = 30.0


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House() as house:
        house.bring_in(mixed.documents())
        yield house


def test_callers_who_hang_up_in_the_greeting_are_abandoned(house: House) -> None:
    callers = _numbers(1)
    _all_good(_call(house, "hang_up", mixed.DEMO_NUMBER, callers, hold_ms=700), callers)
    assert _outcomes(house, callers) == {"abandoned"}


def test_callers_who_find_no_agents_are_told_so_and_hung_up(house: House) -> None:
    callers = _numbers(2)
    _all_good(_call(house, "stay", "97670190005", callers), callers)
    assert _outcomes(house, callers) == {"abandoned"}


def test_callers_who_speak_and_press_the_key_leave_a_voicemail(house: House) -> None:
    callers = _numbers(3)
    _all_good(
        _call(house, "speak_and_press", "97670190004", callers, hold_ms=5500, key="#"), callers
    )
    assert _outcomes(house, callers) == {"voicemail"}


def _numbers(group: int) -> list[str]:
    return [f"9769{group}{number:06d}" for number in range(40)]


def _call(
    house: House,
    scenario: str,
    number: str,
    callers: list[str],
    *,
    hold_ms: int = 0,
    key: str = "",
) -> SippReport:
    return Sipp(
        parts=house.settings.parts,
        scenario=scenario,
        host=guest_address(house.settings, 5),
        house=house.sip,
        number=number,
        callers=[(caller, key) for caller in callers],
        rate=20,
        hold_ms=hold_ms,
    ).run()


def _all_good(report: SippReport, callers: list[str]) -> None:
    assert not report.overloaded, "the generator had too little CPU: the run says nothing"
    assert (report.succeeded, report.failed) == (len(callers), 0), report.errors
    assert len(report.set_up_ms) == len(callers)


def _outcomes(house: House, callers: list[str]) -> set[str | None]:
    """The outcomes of these callers, once all of them have one."""

    def look() -> list[str | None]:
        found = traces.outcomes(house)
        return [found.get(caller) for caller in callers]

    return set(traces.eventually(look, all, SETTLE_SECONDS))
