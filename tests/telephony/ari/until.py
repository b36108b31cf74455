"""Waiting for something to become true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], seconds: float = 3.0) -> None:
    """Return as soon as ``condition()`` holds; raise ``TimeoutError`` if it never does."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (many conditions, none of them an event)
            await asyncio.sleep(0.005)
