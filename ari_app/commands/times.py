"""Times in output: for programs RFC 3339 in UTC, for people the clock on the wall."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def rfc3339(moment: datetime | float | None) -> str | None:
    """The time as text; a number is Unix seconds. `None` stays `None`."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wall_clock(text: str | None, zone: str | None = None) -> str | None:
    """A time of `rfc3339` to the second, on the clock of `zone`, else of this machine."""
    if text is None:
        return None
    return (
        datetime.fromisoformat(text)
        .astimezone(ZoneInfo(zone) if zone else None)
        .strftime("%Y-%m-%d %H:%M:%S")
    )
