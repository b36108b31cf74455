"""Times in output: for programs RFC 3339 in UTC, for people the clock on the wall."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

_FORM = "%Y-%m-%d %H:%M:%S"


def rfc3339(moment: datetime | float | None) -> str | None:
    """The time as text; a number is Unix seconds. `None` stays `None`."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clocks:
    """On whose clock a time is told: a client's on its own, all else on the house's.

    ``house`` and the values of ``clients`` are names of time zones.
    """

    def __init__(self, house: str, clients: Mapping[str, str]) -> None:
        self.house = house
        self._clients = clients

    def of(self, client: str | None) -> str:
        """The time zone of a client; the house's for what is of no client, or of one that left."""
        return self._clients.get(client or "", self.house)

    def told(self, rows: Iterable[dict[str, Any]], column: str) -> list[dict[str, Any]]:
        """These rows with the times of a column for people; ``client`` says whose a row is.

        Where the rows of one list are on several clocks, each time has its distance from UTC.
        """
        shown = list(rows)
        mixed = len({self.of(row["client"]) for row in shown}) > 1
        form = f"{_FORM} %z" if mixed else _FORM
        return [row | {column: wall_clock(row[column], self.of(row["client"]), form)}
                for row in shown]  # fmt: skip


def wall_clock(text: str | None, zone: str, form: str = _FORM) -> str | None:
    """A time of `rfc3339` to the second, on the clock of a time zone."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime(form)
