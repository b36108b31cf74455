"""A fake ARI and a real one, and connections to them that leave nothing behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ari_app.telephony.ari import Ari, Pace
from tests.telephony.ari.fake_ari import FakeAri
from tests.telephony.ari.live_asterisk import PASSWORD, USER, LiveAsterisk

QUICK = Pace(beat_seconds=0.05, first_pause=0.005, longest_pause=0.05)
PARTS = Path(os.environ.get("DUUDLAGA_PARTS") or Path(__file__).parents[3] / ".parts")


@pytest.fixture(autouse=True)
async def nothing_is_left_behind() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"


@pytest.fixture
async def server(nothing_is_left_behind: None) -> AsyncIterator[FakeAri]:
    fake = FakeAri()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def ari(server: FakeAri) -> AsyncIterator[Ari]:
    """Connected to the fake server, with times twenty times as quick as in earnest."""
    connection = Ari(server.url, "duudlaga", "secret", "duudlaga", lanes=2, pace=QUICK)
    await connection.start()
    async with asyncio.timeout(5):
        await connection.wait_connected()
    yield connection
    await connection.stop()


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAsterisk]:
    live = LiveAsterisk(PARTS / "asterisk", tmp_path_factory.mktemp("asterisk"))
    live.start()
    yield live
    live.kill()


@pytest.fixture
async def live_ari(nothing_is_left_behind: None, asterisk: LiveAsterisk) -> AsyncIterator[Ari]:
    connection = Ari(asterisk.url, USER, PASSWORD, "ari-test", lanes=2)
    await connection.start()
    async with asyncio.timeout(5):
        await connection.wait_connected()
    yield connection
    await connection.stop()
