"""Public holidays become closed days of a calendar."""

from __future__ import annotations

import pytest

from ari_app.flow.holidays import expand
from ari_app.flow.hours import Calendar
from tests.flow.test_hours import at


def test_mongolian_holidays_are_closed_days_with_a_name() -> None:
    made = expand({"weekly": {}, "holidays": {"country": "MN"}}, range(2026, 2028), "mn")
    days = {each["date"]: each for each in made["exceptions"]}
    assert days["2026-12-29"]["hours"] == []
    assert days["2026-12-29"]["name"]
    assert "2027-12-29" in days
    assert "holidays" not in made
    main = Calendar.read(made, "Asia/Ulaanbaatar", "calendar main")
    assert main.state(at("2026-12-29T12:00")).exception == days["2026-12-29"]["name"]


def test_what_people_wrote_for_a_holiday_stands() -> None:
    own = {"date": "2026-12-29", "hours": ["09:00-13:00"], "name": "Half a day"}
    calendar = {"exceptions": [own], "holidays": {"country": "MN"}}
    made = expand(calendar, range(2026, 2027))
    assert [each for each in made["exceptions"] if each["date"] == "2026-12-29"] == [own]
    assert calendar["exceptions"] == [own]


def test_a_calendar_without_holidays_stays_as_it_is() -> None:
    assert expand({"weekly": {}}, range(2026, 2027)) == {"weekly": {}}


@pytest.mark.parametrize("wanted", [{"country": "XX"}, {"state": "MN"}, "MN"])
def test_an_unknown_country_is_refused(wanted: object) -> None:
    with pytest.raises(ValueError, match="holidays"):
        expand({"holidays": wanted}, range(2026, 2027))
