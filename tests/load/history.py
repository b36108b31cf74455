"""What the history tells of callers: what was played to them, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ari_app.store.database import connect
from ari_app.store.roles import WRITER
from tests.load import traces
from tests.load.house import House

_SHIPPED_SECONDS = 180.0
"""How long entries of a busy house may be on their way to Postgres."""
_ENDED = """SELECT count(DISTINCT calls.caller_raw) FROM entries
    JOIN calls ON calls.id = entries.call_id
    WHERE entries.kind = 'call_ended' AND calls.caller_raw BETWEEN %s AND %s"""
_ENTRIES = """SELECT calls.caller_raw, entries.kind, entries.data FROM entries
    JOIN calls ON calls.id = entries.call_id
    WHERE calls.caller_raw BETWEEN %s AND %s AND entries.kind IN
        ('prompt_played', 'prompt_silent', 'command_failed', 'flow_failed', 'resumed', 'call_ended')
    ORDER BY entries.seq"""


@dataclass
class Told:
    """Of one caller. ``prompts`` are the items in order; ``failures`` are sentences."""

    prompts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    taken_over: bool = False
    has_ended: bool = False


def told_of(house: House, callers: Sequence[str]) -> dict[str, Told]:
    """By caller, as soon as all their calls have ended there; callers follow one another."""
    numbers = (min(callers), max(callers))
    with closing(connect(house.settings.postgres_address(WRITER), "load test")) as connection:

        def ask(query: str) -> list[Any]:
            with connection.cursor() as cursor:
                cursor.execute(query, numbers)
                found = cursor.fetchall()
            connection.rollback()
            return found

        traces.eventually(
            lambda: ask(_ENDED)[0][0], lambda ended: ended >= len(callers), _SHIPPED_SECONDS
        )
        told = {caller: Told() for caller in callers}
        for caller, kind, data in ask(_ENTRIES):
            _take(told[caller], kind, data)
    return told


def _take(told: Told, kind: str, data: dict[str, Any]) -> None:
    match kind:
        case "prompt_played":
            told.prompts += data["items"]
        case "prompt_silent":
            told.failures.append(f"silent: {data['items']} ({data['reason']})")
        case "command_failed" | "flow_failed":
            told.failures.append(f"{kind}: {data}")
        case "resumed":
            told.taken_over = True
        case _:
            told.has_ended = True
