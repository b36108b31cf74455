"""The board of agents: one shared truth in Redis, and a copy in memory to decide on at once.

Every change is computed by the pure table (:mod:`ari_app.acd.agents`) and written by compare and
set on the record's version, so of several controllers that reach for one agent exactly one gets
there. Each change is published with a sequence number; the copy follows.

Without Redis the board goes on alone: an operation waits 250 ms once, then the copy is the truth
(``degraded``), and what changed in it is written back as soon as Redis answers again, also when it
comes back empty. While several controllers are cut off from Redis each decides alone.
"""

import time
from collections.abc import Callable, Mapping

from redis.asyncio import Redis

from ari_app.acd.agents import AgentEvent, AgentView, due
from ari_app.live.agent_copy import AgentCopy, OnChange
from ari_app.live.shared_agents import SharedAgents

RESERVE_LEASE_SECONDS = 10.0
RING_LEASE_SECONDS = 10.0
"""How long after the end of the ring a dead controller keeps an agent."""


class AgentBoard:
    """All agents of the house as this controller sees and changes them.

    ``owner`` names the controller, the same after a restart. ``on_change`` hears of each change of
    state made here, for the journal; ``on_news`` of every change anywhere, to decide anew.
    """

    def __init__(
        self,
        redis: Redis,
        owner: str,
        *,
        on_change: OnChange | None = None,
        on_news: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing runs before :meth:`start`."""
        self._owner = owner
        self._clock = clock
        self._copy = AgentCopy(clock, on_change, on_news)
        self._agents = SharedAgents(redis, self._copy, clock)

    @property
    def degraded(self) -> bool:
        """Redis does not answer: what this controller knows is the truth for now."""
        return self._agents.degraded

    async def start(self) -> None:
        """Follow Redis from now on; returns after the first try, also when Redis is away."""
        await self._agents.start()

    async def stop(self) -> None:
        """Stop following; agents keep their state in Redis."""
        await self._agents.stop()

    def set_house(self, agents: Mapping[str, AgentView]) -> None:
        """Take over who works here from the snapshot; what is known of their state stays.

        Called before :meth:`start` and at every new snapshot. Only ``levels`` and
        ``ready_on_register`` of the given agents count. One who left the house is forgotten, unless
        a call holds them.
        """
        self._agents.set_house(agents)

    def view(self) -> list[AgentView]:
        """All agents as known now; no waiting."""
        return self._copy.view()

    def get(self, slug: str) -> AgentView | None:
        """One agent as known now, or ``None`` when nobody is called so."""
        return self._copy.get(slug)

    async def reserve(
        self, agent: str, call: str, lease_seconds: float = RESERVE_LEASE_SECONDS
    ) -> bool:
        """Hold a ready agent for a call; False when somebody was faster or they are not ready."""
        return await self._agents.apply(
            agent, AgentEvent("reserve", call, owner=self._owner, seconds=lease_seconds)
        )

    async def ringing(self, agent: str, call: str, ring_seconds: float) -> bool:
        """Their phone rings, for at most so many seconds."""
        lease = ring_seconds + RING_LEASE_SECONDS
        return await self._agents.apply(agent, AgentEvent("ring", call, seconds=lease))

    async def talking(self, agent: str, call: str) -> bool:
        """They talk; also for a talk that recovery found. False: another call holds them."""
        return await self._agents.apply(agent, AgentEvent("answer", call, owner=self._owner))

    async def release(
        self,
        agent: str,
        call: str,
        result: str,
        wrap_up_seconds: float = 0.0,
        pause_after: int = 0,
    ) -> bool:
        """The call no longer holds them. ``pause_after``: rings in vain that pause, 0: never.

        False when it did not hold them, as after a lease that ran out: harmless.
        """
        return await self._agents.apply(
            agent,
            AgentEvent(
                "release", call, result=result, seconds=wrap_up_seconds, pause_after=pause_after
            ),
        )

    async def wrap_up_over(self, agent: str) -> bool:
        """They are done with the last call before its time."""
        return await self._agents.apply(agent, AgentEvent("wrap_up_over"))

    async def pause(self, agent: str, reason: str) -> bool:
        """Give them no calls; during a call it takes effect after it."""
        return await self._agents.apply(agent, AgentEvent("pause", reason=reason))

    async def unpause(self, agent: str) -> bool:
        """Give them calls again."""
        return await self._agents.apply(agent, AgentEvent("unpause"))

    async def phone_registered(self, agent: str) -> bool:
        """Their phone can be reached."""
        return await self._agents.apply(agent, AgentEvent("phone_registered"))

    async def phone_lost(self, agent: str) -> bool:
        """Their phone cannot be reached."""
        return await self._agents.apply(agent, AgentEvent("phone_lost"))

    async def tick(self, day: str) -> None:
        """End the leases and wrap-ups whose time has come; call it about every second.

        ``day`` is today's date where the house is; with a new one the calls are counted from 0.
        """
        now = self._clock()
        for agent in self.view():
            if agent.day != day:
                await self._agents.apply(agent.slug, AgentEvent("new_day", day=day))
            event = due(agent, now)
            if event is not None:
                await self._agents.apply(agent.slug, event)

    async def reconcile(self, calls: frozenset[str]) -> None:
        """After a restart: release the agents held by calls of ours that no longer exist."""
        for agent in self.view():
            if agent.owner == self._owner and agent.call and agent.call not in calls:
                await self.release(agent.slug, agent.call, "cancelled")
