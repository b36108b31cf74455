"""Who is there for a client's callers: agents on duty, only agents on a break, or nobody."""

from collections.abc import Iterable
from enum import Enum

from ari_app.acd.agents import MISSED_CALLS, NOT_READY, OFF_DUTY, OFFLINE, PAUSED, AgentView

_AWAY = frozenset({OFF_DUTY, NOT_READY, MISSED_CALLS})
"""Reasons of a pause that say that the agent is not at work; each other one is a break."""


class Presence(Enum):
    """Whether somebody answers now, soon, or not at all."""

    HERE = "here"
    ON_BREAK = "on_break"
    NOBODY = "nobody"


def presence(agents: Iterable[AgentView], client: str) -> Presence:
    """Return who of these agents is there for the client, whether busy or free."""
    found = Presence.NOBODY
    for agent in agents:
        if client not in agent.levels or agent.state == OFFLINE:
            continue
        if agent.state != PAUSED:
            return Presence.HERE
        if agent.reason not in _AWAY:
            found = Presence.ON_BREAK
    return found
