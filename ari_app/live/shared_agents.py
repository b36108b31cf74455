"""Agents in Redis and their copy in memory, kept alike; alone when Redis is away."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from msgspec.structs import replace
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from ari_app.acd.agents import AgentEvent, AgentView, step
from ari_app.live import agent_record
from ari_app.live.agent_copy import AgentCopy
from ari_app.live.agent_store import UNREACHABLE, AgentStore
from ari_app.live.replay import replay

HEARTBEAT_SECONDS = 0.5
RETRY_SECONDS = 0.2

log = structlog.get_logger(__name__)


class SharedAgents:
    """The copy of all agents, and the one way to change one.

    ``degraded``: Redis does not answer, and the copy is the truth. What changes meanwhile is noted
    and written back. One task, the keeper, follows the published changes and notices, within a
    heartbeat, that Redis is gone, back, or emptied.
    """

    def __init__(self, redis: Redis, copy: AgentCopy, clock: Callable[[], float]) -> None:
        """See :class:`ari_app.live.agents.AgentBoard`."""
        self._store = AgentStore(redis)
        self._copy = copy
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._sequence = 0
        self._stale = False
        self._keeper: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()
        self.degraded = True

    async def start(self) -> None:
        """Follow Redis from now on; returns after the first try, also when Redis is away."""
        self._keeper = asyncio.create_task(self._keep(), name="shared agents")
        await self._tried.wait()

    async def stop(self) -> None:
        """Stop following; agents keep their state in Redis."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None

    def set_house(self, agents: Mapping[str, AgentView]) -> None:
        """Take over who works here; newcomers are read from Redis at the next heartbeat."""
        self._stale = self._copy.set_house(agents) or self._stale

    async def apply(self, slug: str, event: AgentEvent) -> bool:
        """Change the agent by the pure table, here and in Redis; False when the table refuses.

        What happens to one agent is done one after another, as it came: an event that is decided
        while the one before is on its way to Redis would be decided on what is not so any more.
        """
        async with self._turns[slug]:
            return await self._apply(slug, event)

    async def _apply(self, slug: str, event: AgentEvent) -> bool:
        """Do it now.

        A conflict shows what another controller has written, and the event is tried on that: the
        version grows with every lap, so each lap means that somebody got through.
        """
        while not self.degraded:
            now = self._clock()
            before = self._copy.get(slug)
            after = step(before, event, now) if before else None
            if before is None or after is None:
                return False
            if after == before:
                return True
            try:
                theirs = await self._store.swap(after, before.version)
            except UNREACHABLE as error:
                self._lose(error)
                break
            if theirs is None:
                self._copy.learn(replace(after, version=before.version + 1))
                self._copy.tell(before, after, now)
                return True
            self._copy.learn(agent_record.read(before, theirs))
        return self._copy.apply(slug, event)

    async def _keep(self) -> None:
        while True:
            try:
                async with self._store.changes() as changes:
                    await self._catch_up()
                    self._tried.set()
                    await self._follow(changes)
            except UNREACHABLE as error:
                self._lose(error)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                # Whatever a strange answer of Redis broke, the next try reads everything anew.
                log.exception("agents_keeper_failed")
                self.degraded = True
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                self._tried.set()

    def _lose(self, error: Exception) -> None:
        if not self.degraded or not self._tried.is_set():
            log.warning("agents_without_redis", reason=f"{type(error).__name__}: {error}")
        self.degraded = True

    async def _follow(self, changes: PubSub) -> None:
        """Hear of changes until Redis must be read anew."""
        loop = asyncio.get_running_loop()
        beat = loop.time() + HEARTBEAT_SECONDS
        while not self.degraded and not self._stale:
            change = await self._store.next_change(changes, HEARTBEAT_SECONDS)
            if change is not None:
                self._hear(change)
            if loop.time() >= beat:
                if await self._store.sequence() < self._sequence:
                    return  # emptied, or back with an old dump
                beat = loop.time() + HEARTBEAT_SECONDS

    def _hear(self, change: dict[str, Any]) -> None:
        known = self._copy.get(str(change.get("agent")))
        sequence = change.get("sequence")
        if isinstance(sequence, int):
            self._stale = self._stale or sequence < self._sequence
            self._sequence = sequence
        if known is not None:
            self._copy.learn(agent_record.read(known, {k: str(v) for k, v in change.items()}))

    async def _catch_up(self) -> None:
        """Make the copy and Redis alike: read what others wrote, write back what only we know."""
        self._stale = False
        self._sequence = await self._store.sequence()
        slugs = self._copy.slugs()
        while slugs:
            records = await self._store.load(sorted(slugs))
            for slug in sorted(slugs):
                await self._merge(slug, records.get(slug))
            slugs = self._copy.changed_alone()
        if self.degraded:
            log.info("agents_with_redis")
        self.degraded = False
        self._copy.news()

    async def _merge(self, slug: str, record: dict[str, str] | None) -> None:
        """Settle one agent: theirs if we changed nothing, ours if nobody wrote since, else both."""
        ours = self._copy.get(slug)
        if ours is None:
            return
        # Taken before the writing, so that what happens during it is noted anew.
        events = self._copy.take_events(slug)
        theirs = agent_record.read(ours, record) if record else None
        if theirs is None or theirs.version < ours.version:
            settled, expected = ours, ours.version
        elif not events:
            self._copy.learn(theirs)
            return
        else:
            settled = ours if theirs.version == ours.version else replay(theirs, events)
            expected = theirs.version
        try:
            newer = await self._store.swap(settled, expected)
        except UNREACHABLE:
            self._copy.give_back(slug, events)
            raise
        if newer is not None:
            self._copy.give_back(slug, events)  # somebody wrote just now: look again
            return
        self._copy.learn(replace(settled, version=expected + 1))
        self._copy.tell(ours, settled, self._clock())
