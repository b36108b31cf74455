"""The client of calls that belong to nobody: they are answered, and on record, all the same.

Standard library only: the fallback answers such calls too.
"""

from __future__ import annotations

from typing import Any

HOUSE = "house"
"""The slug under which calls to numbers without a client, and the house's own entries, are kept."""


def unassigned(language: str) -> dict[str, Any]:
    """Return the bundle for a number that nobody owns: say so in ``language``, and hang up."""
    return {
        "client": HOUSE,
        "flow": "unassigned",
        "revision": 1,
        "definition": {
            "spec_version": 1,
            "name": "Number without a client",
            "language": language,
            "start": "tell",
            "nodes": {
                "tell": {
                    "type": "play",
                    "prompt": "standard:unassigned",
                    "exits": {"done": "end"},
                },
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
