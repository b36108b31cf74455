"""Opening hours, in summer, in winter and between."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ari_app.flow.flow_error import FlowError
from ari_app.flow.hours import Calendar

BERLIN, ULAANBAATAR = "Europe/Berlin", "Asia/Ulaanbaatar"


def at(text: str, zone: str = ULAANBAATAR, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def calendar(zone: str = ULAANBAATAR, **data: Any) -> Calendar:
    return Calendar.read(data, zone, "calendar main")


def test_open_from_the_first_minute_to_the_last() -> None:
    main = calendar(weekly={"mon": ["09:00-13:00", "14:00-18:00"]})
    for time, is_open in (
        ("08:59", False),
        ("09:00", True),
        ("12:59", True),
        ("13:00", False),
        ("14:00", True),
        ("18:00", False),
    ):
        assert main.state(at(f"2026-02-02T{time}")).open is is_open, time


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    night = calendar(weekly={"fri": ["22:00-06:00"]})
    assert not night.state(at("2026-02-06T05:00")).open
    assert night.state(at("2026-02-06T23:00")).open
    assert night.state(at("2026-02-07T05:59")).open
    assert not night.state(at("2026-02-07T06:00")).open


def test_a_whole_day_is_open_up_to_midnight() -> None:
    assert calendar(weekly={"mon": ["00:00-24:00"]}).state(at("2026-02-02T23:59")).open
    assert not calendar(weekly={"mon": ["00:00-24:00"]}).state(at("2026-02-03T00:00")).open


def test_an_exception_takes_the_place_of_the_day() -> None:
    main = calendar(
        weekly={"thu": ["09:00-18:00"]},
        exceptions=[{"date": "2026-12-31", "hours": ["09:00-13:00"], "name": "Eve", "exit": "eve"}],
    )
    morning = main.state(at("2026-12-31T10:00"))
    assert (morning.open, morning.exception, morning.exit) == (True, "Eve", "eve")
    assert not main.state(at("2026-12-31T14:00")).open


def test_the_calendars_own_zone_counts_before_the_clients() -> None:
    assert (
        calendar(timezone=BERLIN, weekly={"mon": ["09:00-10:00"]})
        .state(at("2026-02-02T09:30", BERLIN))
        .open
    )


def test_the_switch_beats_the_grid() -> None:
    shut = calendar(weekly={"mon": ["00:00-24:00"]}, override="closed")
    assert not shut.state(at("2026-02-02T12:00")).open
    assert shut.next_opening(at("2026-02-02T12:00")) == at("2026-02-09T00:00")


def test_a_day_with_hours_of_its_own_is_closed_and_no_holiday_outside_of_them() -> None:
    days = {"mon": ["09:00-18:00"]}
    short = {"date": "2026-02-02", "hours": ["10:00-12:00"], "name": "short day"}
    main = calendar(weekly=days, exceptions=[short, {"date": "2026-02-09", "name": "holiday"}])
    assert main.state(at("2026-02-02T11:00")).exception == "short day"
    for time in ("09:30", "13:00"):
        state = main.state(at(f"2026-02-02T{time}"))
        assert (state.open, state.exception) == (False, "")
    assert main.state(at("2026-02-09T11:00")).exception == "holiday"


def test_the_next_opening_skips_the_weekend_and_holidays() -> None:
    days = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    main = calendar(weekly=days, exceptions=[{"date": "2026-02-09", "hours": []}])
    assert main.next_opening(at("2026-02-06T18:00")) == at("2026-02-10T09:00")
    assert main.next_opening(at("2026-02-06T08:00")) == at("2026-02-06T09:00")


def test_hours_without_a_gap_between_them_open_once() -> None:
    main = calendar(weekly={"mon": ["09:00-24:00"], "tue": ["00:00-12:00"], "wed": ["08:00-09:00"]})
    assert main.next_opening(at("2026-02-02T12:00")) == at("2026-02-04T08:00")


def test_what_never_opens_has_no_next_opening() -> None:
    assert calendar().next_opening(at("2026-02-02T12:00")) is None


def test_office_hours_keep_to_the_wall_clock_when_summer_time_begins() -> None:
    office = calendar(BERLIN, weekly={"sat": ["09:00-17:00"], "mon": ["09:00-17:00"]})
    before = office.next_opening(at("2026-03-28T08:00", BERLIN))
    after = office.next_opening(at("2026-03-28T18:00", BERLIN))
    assert before is not None
    assert after is not None
    assert after - before == (48 - 1) * 3600


def test_an_opening_in_the_missing_hour_is_when_the_clock_has_been_changed() -> None:
    early = calendar(BERLIN, weekly={"sun": ["02:30-12:00"]})
    opens = early.next_opening(at("2026-03-29T00:00", BERLIN))
    assert opens == at("2026-03-29T03:00", BERLIN)
    assert early.state(opens).open
    assert not early.state(opens - 1).open


def test_the_hour_that_comes_twice_in_autumn_is_open_both_times() -> None:
    late = calendar(BERLIN, weekly={"sun": ["02:00-03:00"]})
    assert late.state(at("2026-10-25T02:30", BERLIN)).open
    assert late.state(at("2026-10-25T02:30", BERLIN, fold=1)).open
    assert not late.state(at("2026-10-25T03:00", BERLIN)).open


def test_ulaanbaatar_had_summer_time_until_2016_and_has_none_now() -> None:
    office = calendar(weekly={"mon": ["09:00-17:00"]})
    assert office.next_opening(at("2016-06-05T12:00")) == at("2016-06-06T09:00")
    assert (
        office.local(at("2016-06-06T09:00")).utcoffset()
        != office.local(at("2026-06-08T09:00")).utcoffset()
    )
    assert office.state(at("2026-06-08T09:00")).open


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "is no object"),
        ({"weekly": {"monday": []}}, "weekly: must be an object with the days"),
        ({"weekly": {"mon": "09:00-18:00"}}, "weekly mon: is no list"),
        ({"weekly": {"mon": ["9-18"]}}, "weekly mon: '9-18' is no span"),
        ({"weekly": {"mon": ["09:00-24:30"]}}, "goes beyond the day"),
        ({"exceptions": [{"date": "31.12.2026"}]}, "exceptions 1, date: is no date"),
        ({"exceptions": [3]}, "exceptions 1: is no object"),
        ({"override": "maybe"}, "override: must be open or closed"),
        ({"timezone": "Moon/Base"}, "timezone: 'Moon/Base' is unknown"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
    ],
)
def test_a_broken_calendar_is_refused_with_the_place(data: Any, words: str) -> None:
    with pytest.raises(FlowError, match="calendar main") as refused:
        Calendar.read(data, BERLIN, "calendar main")
    assert words in str(refused.value)
