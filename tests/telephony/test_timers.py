"""Deadlines fire once each, in order, however they were set."""

from __future__ import annotations

import asyncio
import time

from ari_app.telephony.timers import Timers


async def test_an_earlier_deadline_set_later_still_comes_first() -> None:
    fired: list[str] = []
    timers = Timers(lambda _call, wait: fired.append(wait), time.time)
    now = time.time()
    timers.set("call", "late", now + 0.06)
    timers.set("call", "soon", now + 0.02)
    await asyncio.sleep(0.12)
    assert fired == ["soon", "late"]


async def test_a_deadline_set_while_one_fires_is_not_forgotten() -> None:
    fired: list[str] = []

    def fire(call: str, wait: str) -> None:
        fired.append(wait)
        if wait == "first":
            timers.set(call, "second", time.time() + 0.01)

    timers = Timers(fire, time.time)
    timers.set("call", "first", time.time())
    await asyncio.sleep(0.08)
    assert fired == ["first", "second"]


async def test_nothing_fires_after_the_end() -> None:
    fired: list[str] = []
    timers = Timers(lambda _call, wait: fired.append(wait), time.time)
    timers.set("call", "wait", time.time() + 0.01)
    timers.close()
    await asyncio.sleep(0.04)
    assert fired == []
