"""Callers and agents for the tests, with only what a story is about."""

from typing import Any

from msgspec.structs import replace

from ari_app.acd.agents import READY, AgentView
from ari_app.acd.line import Line
from ari_app.acd.match import match
from ari_app.acd.waiting import Waiting

NOW = 10_000.0


def caller(call: str, waited: float = 10.0, **facts: Any) -> Waiting:
    """A caller of the clinic's reception who has waited so many seconds."""
    facts = {"client": "clinic", "queue": "reception", **facts}
    return Waiting(call=call, since=NOW - waited, **facts)


def agent(slug: str, idle: float = 60.0, **facts: Any) -> AgentView:
    """A ready agent of the clinic who has been idle for so many seconds."""
    facts = {"levels": {"clinic": 1}, "registered": True, "state": READY, **facts}
    return replace(AgentView(slug, idle_since=NOW - idle), **facts)


def rings(callers: list[Waiting], agents: list[AgentView], **options: Any) -> dict[str, Any]:
    """Which agents ring for which call, in the order of the turns."""
    made = match(Line(callers), agents, NOW, **options)
    return {assignment.call: assignment.agents for assignment in made}
