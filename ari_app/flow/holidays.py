"""Public holidays as dated exceptions of a calendar; used when a flow is published.

The interpreter never sees this file: it reads the exceptions alone, so that a call's answer does
not hang on the version of a library.
"""

from __future__ import annotations

from typing import Any

import holidays


def expand(calendar: dict[str, Any], years: range, language: str | None = None) -> dict[str, Any]:
    """Return the calendar with its country's holidays as closed days of these years.

    ``calendar["holidays"]`` is ``{"country": "MN", "subdivision": …}``; without it the calendar
    comes back as it is. A date that has an exception already keeps it: what people wrote comes
    first. Names are in ``language`` where the library has it. Raises ``ValueError`` for a country
    or subdivision that it does not know.
    """
    wanted = calendar.get("holidays")
    if not wanted:
        return calendar
    try:
        country, subdivision = wanted["country"], wanted.get("subdivision")
        supported = holidays.country_holidays(country, subdiv=subdivision).supported_languages
        found = holidays.country_holidays(
            country,
            subdiv=subdivision,
            years=years,
            language=next((each for each in supported if each.split("_")[0] == language), None),
        )
    except (NotImplementedError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"holidays {wanted}: {error}") from error
    own = list(calendar.get("exceptions", []))
    taken = {each["date"] for each in own}
    closed = [
        {"date": day.isoformat(), "hours": [], "name": name}
        for day, name in sorted(found.items())
        if day.isoformat() not in taken
    ]
    rest = {key: value for key, value in calendar.items() if key != "holidays"}
    return {**rest, "exceptions": sorted(own + closed, key=lambda each: str(each["date"]))}
