"""The free agents during one decision: who may serve whom, and in which order."""

from collections.abc import Callable, Iterator
from typing import Any

from ari_app.acd.agents import AgentView
from ari_app.acd.waiting import FEWEST_CALLS, RING_ALL, ROUND_ROBIN, SKILL_LEVEL, Waiting

Order = Callable[[AgentView], Any]


def _longest_idle(agent: AgentView) -> tuple[float, str]:
    return agent.idle_since, agent.slug


def _round_robin(agent: AgentView) -> tuple[float, str]:
    return agent.rung_at, agent.slug


def _fewest_calls(agent: AgentView) -> tuple[int, float, str]:
    return agent.calls_today, agent.idle_since, agent.slug


def _skill_level(client: str) -> Order:
    return lambda agent: (-agent.levels.get(client, 0), agent.idle_since, agent.slug)


class FreeAgents:
    """Ready agents, each taken at most once.

    Every order is sorted once, when it is first asked for. Each (strategy, client, level) walks
    through its order only once, over those who may serve; who was taken meanwhile is passed by.
    """

    def __init__(self, ready: list[AgentView]) -> None:
        """Take the ready agents of this decision."""
        self._left = {agent.slug: agent for agent in ready}
        self._orders: dict[tuple[str, str], list[AgentView]] = {}
        self._walks: dict[tuple[str, str, int], Iterator[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._left)

    def take(self, caller: Waiting) -> tuple[str, ...]:
        """Take the agents to ring for this caller; empty when none of those left may serve."""
        left = self._left
        if caller.agent is not None and self._is_free_for(caller, caller.agent):
            del left[caller.agent]
            return (caller.agent,)
        if caller.strategy == RING_ALL or caller.missed_agents:
            return self._take_among_all(caller)
        key = (caller.strategy, caller.client, caller.level)
        walk = self._walks.get(key)
        if walk is None:
            walk = self._walks[key] = self._who_may_serve(caller)
        for slug in walk:
            if slug in left:
                del left[slug]
                return (slug,)
        return ()

    def _is_free_for(self, caller: Waiting, slug: str) -> bool:
        agent = self._left.get(slug)
        return (
            agent is not None
            and agent.levels.get(caller.client, -1) >= caller.level
            and slug not in caller.missed_agents
        )

    def _take_among_all(self, caller: Waiting) -> tuple[str, ...]:
        """Look at everybody left: for all of them, or for one who did not miss this caller."""
        everybody = [slug for slug in self._who_may_serve(caller) if slug in self._left]
        others = [slug for slug in everybody if slug not in caller.missed_agents]
        wanted = others or everybody
        taken = tuple(wanted if caller.strategy == RING_ALL else wanted[:1])
        for slug in taken:
            del self._left[slug]
        return taken

    def _who_may_serve(self, caller: Waiting) -> Iterator[str]:
        client, level = caller.client, caller.level
        order = self._order(caller.strategy, client)
        return (agent.slug for agent in order if agent.levels.get(client, -1) >= level)

    def _order(self, strategy: str, client: str) -> list[AgentView]:
        key = (strategy, client if strategy == SKILL_LEVEL else "")
        order = self._orders.get(key)
        if order is None:
            order = self._orders[key] = sorted(self._left.values(), key=_order_of(strategy, client))
        return order


def _order_of(strategy: str, client: str) -> Order:
    if strategy == SKILL_LEVEL:
        return _skill_level(client)
    return {ROUND_ROBIN: _round_robin, FEWEST_CALLS: _fewest_calls}.get(strategy, _longest_idle)
