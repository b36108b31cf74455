"""A house with agents, and controllers' boards on one Redis, for the tests."""

import asyncio
import time
from collections.abc import Callable

from redis.asyncio import Redis

from ari_app.acd.agents import AgentView
from ari_app.live.agent_store import connect
from ari_app.live.agents import AgentBoard
from tests.live.redis_server import RedisServer

Change = tuple[str, str, str, str]


class House:
    """Opens boards and closes them all."""

    def __init__(self, server: RedisServer) -> None:
        """Nothing is open yet."""
        self.server = server
        self.changes: list[Change] = []
        self.offset = 0.0
        self._boards: list[AgentBoard] = []
        self._clients: list[Redis] = []

    def now(self) -> float:
        """The clock of all boards; a story moves it with ``offset``."""
        return time.time() + self.offset

    def client(self) -> Redis:
        """A connection as a controller has it."""
        client = connect(f"unix://{self.server.socket}")
        self._clients.append(client)
        return client

    async def board(self, owner: str = "here", agents: tuple[str, ...] = ("bold",)) -> AgentBoard:
        """A controller's board, started."""
        board = AgentBoard(self.client(), owner, on_change=self._changed, clock=self.now)
        board.set_house({slug: AgentView(slug, levels={"clinic": 1}) for slug in agents})
        self._boards.append(board)
        await board.start()
        return board

    async def close(self) -> None:
        """Close all boards and connections."""
        for board in self._boards:
            await board.stop()
        for client in self._clients:
            await client.aclose()

    def _changed(self, slug: str, old: str, new: str, reason: str, at: float) -> None:
        assert abs(at - self.now()) < 60
        self.changes.append((slug, old, new, reason))


async def becomes_true(fact: Callable[[], bool], within_seconds: float = 5.0) -> None:
    """Wait until the fact holds."""
    deadline = time.monotonic() + within_seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


def state(board: AgentBoard, slug: str = "bold") -> str:
    """The agent's state on this board."""
    agent = board.get(slug)
    assert agent is not None
    return agent.state
