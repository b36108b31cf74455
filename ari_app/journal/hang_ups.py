"""When callers hung up while nobody looked: from the end of Asterisk's own account of calls."""

from __future__ import annotations

import os
from collections.abc import Set as AbstractSet
from pathlib import Path

from ari_app.journal.cel_line import parse_cel_line

LAST_BYTES = 4_000_000
"""Some 8,000 events: more than happen while a controller is restarted."""


def hang_ups(cel: Path, channels: AbstractSet[str]) -> dict[str, float]:
    """Return when these channels (unique ids) hung up, in Unix seconds, as far as it is known.

    Reads the end of the file only; a file that is not there knows nothing.
    """
    try:
        with cel.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    found = {}
    for line in text.splitlines():
        if '"HANGUP"' not in line:
            continue
        event = parse_cel_line(line)
        if event and event["eventtype"] == "HANGUP" and event["uniqueid"] in channels:
            found[event["uniqueid"]] = float(event["eventtime"])
    return found
