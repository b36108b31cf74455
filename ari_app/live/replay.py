"""Redis is back, and others went on with it: put what happened here on top of what they wrote."""

from collections.abc import Iterable

from ari_app.acd.agents import AgentEvent, AgentView, step

Happened = tuple[AgentEvent, float]
"""An event and the Unix time at which it happened."""


def replay(theirs: AgentView, events: Iterable[Happened]) -> AgentView:
    """Return the stored agent after our events; what the table refuses there has no effect.

    Safe for an event that Redis carried out too late, after we had given up waiting: it is refused
    the second time, and what followed it here still follows.
    """
    agent = theirs
    for event, at in events:
        agent = step(agent, event, at) or agent
    return agent
