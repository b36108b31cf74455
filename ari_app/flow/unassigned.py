"""What callers of a number that nobody owns hear. Their calls are on record all the same."""

from __future__ import annotations

from typing import Any

HOUSE = "house"
"""The client of such calls. It promises nothing: nobody would ring back, and in nobody's name."""


def unassigned(language: str) -> dict[str, Any]:
    """Return the bundle of these calls, spoken in the house's ``language``."""
    return {
        "client": HOUSE,
        "flow": "unassigned",
        "revision": 1,
        "definition": {
            "spec_version": 1,
            "name": "Number without a client",
            "start": "tell",
            "nodes": {
                "tell": {"type": "play", "prompt": "standard:unassigned", "exits": {"done": "end"}},
                "end": {"type": "hangup", "exits": {}},
            },
        },
        "subflows": {},
        "calendars": {},
        "timezone": "UTC",
        "language": language,
        "short_abandon_seconds": 0,
        "fallback_queue": None,
        "record": False,
    }
