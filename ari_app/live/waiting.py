"""The waiting line for supervisors' boards: what the controllers show of it, never what they use.

Every controller keeps its own part, ``duudlaga:waiting:<client>:<owner>``, a hash of call → JSON. A
part lapses when its controller stays silent, so a dead one leaves no ghosts on the wall.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import structlog
from redis.asyncio import Redis

from ari_app.acd.waiting import Waiting
from ari_app.live.agent_store import PATIENCE_SECONDS, UNREACHABLE
from ari_app.live.names import WAITING_CHANNEL, waiting_key

REFRESH_SECONDS = 5.0
LAPSE_SECONDS = 15
RETRY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class WaitingBoard:
    """Fire and forget: :meth:`joined` and :meth:`left` note the fact and return at once.

    A task writes each client's part whole, so a lost, late or repeated writing does no harm and a
    Redis that comes back empty is right again by the next refresh.
    """

    def __init__(self, redis: Redis, owner: str) -> None:
        """``owner`` names the controller, the same after a restart."""
        self._redis = redis
        self._owner = owner
        self._shown: dict[str, dict[str, str]] = {}
        self._clients: dict[str, str] = {}
        self._due: set[str] = set()
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._silent = False

    def start(self, callers: Iterable[Waiting] = ()) -> None:
        """Show these callers from now on, and all who join."""
        for caller in callers:
            self.joined(caller)
        self._writer = asyncio.create_task(self._write(), name="waiting board")

    async def stop(self) -> None:
        """Stop writing; what is shown lapses by itself."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
            self._writer = None

    def joined(self, caller: Waiting) -> None:
        """A caller waits, or waits otherwise than before (another queue, a missed ring)."""
        self.left(caller.call)
        self._clients[caller.call] = caller.client
        self._shown.setdefault(caller.client, {})[caller.call] = _json(caller)
        self._due.add(caller.client)
        self._wake.set()

    def left(self, call: str) -> None:
        """A caller waits no longer."""
        client = self._clients.pop(call, None)
        if client is not None:
            del self._shown[client][call]
            self._due.add(client)
            self._wake.set()

    async def _write(self) -> None:
        while True:
            due, self._due = self._due, set()
            self._wake.clear()
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._publish(due)
                self._silent = False
            except UNREACHABLE as error:
                if not self._silent:
                    reason = f"{type(error).__name__}: {error}"
                    log.warning("waiting_board_not_written", reason=reason)
                self._silent = True
                self._due |= due
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                self._due.update(self._shown)

    async def _publish(self, clients: set[str]) -> None:
        pipeline = self._redis.pipeline(transaction=True)
        for client in sorted(clients):
            key = waiting_key(client, self._owner)
            pipeline.delete(key)
            for call, text in self._shown.get(client, {}).items():
                pipeline.hset(key, call, text)
            pipeline.expire(key, LAPSE_SECONDS)
            pipeline.publish(WAITING_CHANNEL, json.dumps({"client": client}))
        await pipeline.execute()


def _json(caller: Waiting) -> str:
    facts: dict[str, Any] = asdict(caller)
    facts["missed_agents"] = sorted(caller.missed_agents)
    return json.dumps(facts, ensure_ascii=False)
