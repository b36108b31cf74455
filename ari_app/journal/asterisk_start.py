"""Whether Asterisk was started anew, told from the unique ids of its channels."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

# [SYSTEM-]SECONDS.COUNTER
_UNIQUE_ID = re.compile(r"(?:.*-)?([0-9]{1,12})\.([0-9]{1,18})", re.DOTALL)
_SIDE_BY_SIDE_SECONDS = 1
"""Channels made at the same moment write their events in any order; a start takes longer."""


@dataclass(frozen=True, slots=True)
class AsteriskStart:
    """One start: its first channel was seen at ``began_at``.

    ``counter`` is its highest channel's number, ``second`` when that was made (Unix seconds).
    """

    began_at: datetime
    counter: int
    second: int


def follow(start: AsteriskStart | None, unique_id: str, at: datetime) -> AsteriskStart | None:
    """Return the start of which the channel ``unique_id`` is, seen at ``at``, after ``start``.

    The counter begins at 0 with each start, so a number that was passed already, of a channel made
    later than that, is of a new one. Channels made before, and ids of another form, tell nothing.
    """
    match = _UNIQUE_ID.fullmatch(unique_id)
    if match is None:
        return start
    second, counter = int(match[1]), int(match[2])
    if start is None:
        return AsteriskStart(at, counter, second)
    if counter > start.counter:
        is_late = second < start.second - _SIDE_BY_SIDE_SECONDS
        return start if is_late else replace(start, counter=counter, second=second)
    if second > start.second + _SIDE_BY_SIDE_SECONDS:
        return AsteriskStart(at, counter, second)
    return start
