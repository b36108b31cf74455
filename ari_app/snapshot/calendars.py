"""Calendars as calls use them: public holidays are dates by then."""

from __future__ import annotations

from typing import Any

from ari_app.flow.holidays import expand
from ari_app.store.client_document import CalendarDocument

YEARS_AHEAD = 2


def with_holidays(
    calendar: CalendarDocument, year: int, language: str | None = None
) -> dict[str, Any]:
    """Return the calendar with its country's holidays as exceptions, ``year`` and some after it.

    Publishing every now and then keeps them known; names are in ``language`` if there are any.
    """
    years = range(year, year + YEARS_AHEAD + 1)
    return expand(calendar.model_dump(exclude_none=True), years, language)
