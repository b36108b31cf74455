"""Tests here may use a temporary Redis and boards on it; nothing of theirs may stay behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.live.house import House
from tests.live.redis_server import RedisServer


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture
async def house(redis_server: RedisServer) -> AsyncIterator[House]:
    house = House(redis_server)
    try:
        yield house
    finally:
        await house.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"left running: {left}"
