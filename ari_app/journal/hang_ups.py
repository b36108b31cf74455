"""When callers and legs hung up while nobody looked: from the end of Asterisk's own account."""

from __future__ import annotations

import json
import os
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from ari_app.journal.cel_line import parse_cel_line

LAST_BYTES = 4_000_000
"""Some 8,000 events: more than happen while a controller is restarted."""
_TOLD = ('"ANSWER"', '"BRIDGE_ENTER"', '"HANGUP"')


@dataclass(frozen=True, slots=True)
class HangUp:
    """The end of a channel: when, in Unix seconds, and why, as Q.850 counts it; 0: not known.

    ``joined``: whether it was in a bridge after it had answered; ``None``: not known.
    """

    at: float
    cause: int = 0
    joined: bool | None = None


def hang_ups(cel: Path, channels: AbstractSet[str]) -> dict[str, HangUp]:
    """Return how these channels (unique ids) ended, as far as it is known.

    Reads the end of the file only; a file that is not there knows nothing.
    """
    try:
        with cel.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    found: dict[str, HangUp] = {}
    joined: dict[str, bool] = {}
    for line in text.splitlines():
        if not any(name in line for name in _TOLD):
            continue
        event = parse_cel_line(line)
        if event is None or event["uniqueid"] not in channels:
            continue
        channel, kind = event["uniqueid"], event["eventtype"]
        if kind == "HANGUP":
            at, cause = float(event["eventtime"]), _cause(event["eventextra"])
            found[channel] = HangUp(at, cause, joined.get(channel))
        elif kind == "ANSWER":
            joined.setdefault(channel, False)
        elif kind == "BRIDGE_ENTER" and channel in joined:
            joined[channel] = True
    return found


def _cause(extra: str) -> int:
    try:
        facts = json.loads(extra)
    except ValueError:
        return 0
    cause = facts.get("hangupcause") if isinstance(facts, dict) else None
    return cause if isinstance(cause, int) else 0
