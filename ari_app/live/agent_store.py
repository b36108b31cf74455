"""Agents' records in Redis: read, compare and set, and hear of changes. No decisions here."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from msgspec.structs import replace
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ari_app.acd.agents import AgentView
from ari_app.live import agent_record
from ari_app.live.names import AGENTS_CHANNEL, AGENTS_SEQUENCE, agent_key

PATIENCE_SECONDS = 0.25
UNREACHABLE = (RedisError, OSError, TimeoutError)
"""What an operation raises when Redis is away, hung, loading or refuses to write."""

T = TypeVar("T")
Record = dict[str, str]

# KEYS: the agent's hash, the sequence. ARGV: expected version, channel, message.
# An absent or older record gives way: Redis was emptied or came back with an old dump, and whoever
# remembers more writes it back. Else versions only grow, and the first writer on a version wins.
# The fields are taken from the message: redis-py needs longer for thirty arguments than for all
# the rest of a change.
_SWAP = """
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or nil)
if version and version > tonumber(ARGV[1]) then return redis.call('HGETALL', KEYS[1]) end
for field, value in pairs(cjson.decode(ARGV[3])) do redis.call('HSET', KEYS[1], field, value) end
local sequence = redis.call('INCR', KEYS[2])
redis.call('PUBLISH', ARGV[2], '{"sequence": ' .. sequence .. ', ' .. string.sub(ARGV[3], 2))
return false
"""


def connect(url: str) -> Redis:
    """Return a client for the Redis at this URL that never waits or retries for long.

    The agents' store measures its patience itself, per operation. redis-py's own ``socket_timeout``
    (5 s unless told) is off, because it waits with ``asyncio.wait_for``, and until Python 3.12 that
    may swallow the cancelling of a task: ``stop()`` would then wait for ever.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=None,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


class AgentStore:
    """Every operation ends within ``PATIENCE_SECONDS``, or raises one of ``UNREACHABLE``."""

    def __init__(self, redis: Redis) -> None:
        """Use this client; closing it is its owner's work."""
        self._redis = redis
        self._swap = redis.register_script(_SWAP)

    async def swap(self, agent: AgentView, expected: int) -> Record | None:
        """Write the agent unless a version later than the expected one is stored.

        Returns ``None`` when written (and published), else the record that is there.
        """
        message = agent_record.message(replace(agent, version=expected + 1))
        answer: list[str] | None = await self._soon(
            self._swap(
                keys=[agent_key(agent.slug), AGENTS_SEQUENCE],
                args=[expected, AGENTS_CHANNEL, message],
            )
        )
        if answer is None:
            return None
        return dict(zip(answer[::2], answer[1::2], strict=True))

    async def load(self, slugs: Iterable[str]) -> dict[str, Record]:
        """Return the stored records of these agents; those without one are left out."""
        wanted = list(slugs)
        pipeline = self._redis.pipeline(transaction=False)
        for slug in wanted:
            pipeline.hgetall(agent_key(slug))
        records: list[Record] = await self._soon(pipeline.execute())
        return {slug: record for slug, record in zip(wanted, records, strict=True) if record}

    async def sequence(self) -> int:
        """Return the number of the last change; less than before says that Redis was emptied."""
        text = str(await self._soon(self._redis.get(AGENTS_SEQUENCE)) or "")
        return int(text) if text.isdecimal() else 0

    @asynccontextmanager
    async def changes(self) -> AsyncIterator[PubSub]:
        """Subscribe to the changes for as long as the block runs; read with :meth:`next_change`."""
        pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
        try:
            await self._soon(pubsub.subscribe(AGENTS_CHANNEL))
            yield pubsub
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]

    @staticmethod
    async def next_change(pubsub: PubSub, within_seconds: float) -> dict[str, Any] | None:
        """Return the next published change, or ``None`` when there is none for so long."""
        message = await pubsub.get_message(timeout=within_seconds)
        if message is None:
            return None
        try:
            change = json.loads(message["data"])
        except ValueError:
            return None  # not ours: anybody with the password may publish
        return change if isinstance(change, dict) else None

    @staticmethod
    async def _soon(operation: Awaitable[T]) -> T:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await operation
