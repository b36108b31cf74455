"""What a call says of an agent, told to the board in the order in which it was said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from ari_app.live.agents import AgentBoard

log = structlog.get_logger(__name__)


class AgentLine:
    """Queues the changes of each agent, so that a release never overtakes the talk before it.

    The board waits for Redis; a call does not. ``changed`` is called after every change.
    """

    def __init__(self, board: AgentBoard, changed: Callable[[], None]) -> None:
        self._board = board
        self._changed = changed
        self._last: dict[str, asyncio.Task[None]] = {}

    def ringing(self, agent: str, call: str, ring_seconds: float) -> None:
        """The agent's phone rings."""
        self._then(agent, self._board.ringing(agent, call, ring_seconds))

    def talking(self, agent: str, call: str) -> None:
        """The agent talks."""
        self._then(agent, self._board.talking(agent, call))

    def release(
        self,
        agent: str,
        call: str,
        result: str,
        wrap_up_seconds: float = 0.0,
        pause_after: int = 0,
    ) -> None:
        """The call holds the agent no longer; see :meth:`AgentBoard.release`."""
        change = self._board.release(agent, call, result, wrap_up_seconds, pause_after)
        self._then(agent, change)

    async def close(self) -> None:
        """Wait until all is told."""
        await asyncio.gather(*self._last.values(), return_exceptions=True)

    def _then(self, agent: str, change: Coroutine[Any, Any, bool]) -> None:
        task = asyncio.create_task(self._apply(agent, self._last.get(agent), change))
        self._last[agent] = task

    async def _apply(
        self,
        agent: str,
        before: asyncio.Task[None] | None,
        change: Coroutine[Any, Any, bool],
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await change
        except Exception:
            log.exception("agent_change_failed", agent=agent)
        if self._last.get(agent) is asyncio.current_task():
            del self._last[agent]
        self._changed()
