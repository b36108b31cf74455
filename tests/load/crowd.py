"""Two hundred callers at once: some talk, all others wait in line, and then the controller dies."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Any

from ari_app.health.asking import SilentError, ask
from ari_app.health.report import Report
from tests.load import traces
from tests.load.callers import CallerCall, Callers
from tests.load.house import House
from tests.load.phones import AgentPhones

CALLERS = 200
NUMBER = "97670198001"
TEAM = [f"crowd-{number:02d}" for number in range(10)]

_RATE = 20.0
_PATIENCE_SECONDS = 20.0
_SETTLE_SECONDS = 2.0  # the leases of those who talk are lifted to the cap


def documents() -> dict[str, dict[str, Any]]:
    """A client whose number leads into its queue, and the queue's agents."""
    queue = {"strategy": "longest_idle", "ring_seconds": 20, "wrap_up_seconds": 0}
    nodes = {
        "line": {"type": "queue", "queue": "desk", "exits": {"done": "end", "timeout": "end"}},
        "end": {"type": "hangup"},
    }
    flow = {
        "spec_version": 1,
        "name": "Line",
        "language": "mn",
        "start": "line",
        "on_failure": "line",
        "nodes": nodes,
    }
    return {
        "agents": {"agents": {slug: {"name": slug} for slug in TEAM}},
        "crowd": {
            "client": "crowd",
            "name": "Crowd",
            "language": "mn",
            "fallback_queue": "desk",
            "queues": {"desk": queue},
            "numbers": [{"number": f"+{NUMBER}", "flow": "line"}],
            "agents": dict.fromkeys(TEAM, 5),
            "flows": {"line": flow},
        },
    }


async def line_up(
    callers: Callers, number: str, phones: AgentPhones, talks: int
) -> list[CallerCall]:
    """Place the calls, in the order of their callers' numbers; the first ``talks`` then talk."""
    calls = []
    for place in range(CALLERS):
        calls.append(callers.call(number, f"9766{place:07d}"))
        await asyncio.sleep(1 / _RATE)
    await _until_talking(phones, talks)
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await asyncio.gather(*(call.answered.wait() for call in calls))
    await asyncio.sleep(_SETTLE_SECONDS)
    return calls


async def next_in_line(calls: list[CallerCall], phones: AgentPhones) -> None:
    """Those who talk hang up; wait until as many others talk."""
    before = talking(phones)
    await asyncio.gather(*(call.hang_up() for call in calls[:before]))
    await _until_talking(phones, before)
    await asyncio.sleep(_SETTLE_SECONDS)


def talking(phones: AgentPhones) -> int:
    """How many agents talk."""
    return sum(ring.answered_at is not None and not ring.ended_by for ring in phones.rings)


def kill_controller(house: House) -> Report:
    """Kill -9; return what the next controller says of itself once it has taken calls up."""
    os.kill(house.pid("controller"), signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.1)
        try:
            report = ask(house.settings.run, "controller")
        except SilentError:
            continue  # it is not there yet
        if report.figure("recovery_calls") is not None:
            return report
    raise RuntimeError("no other controller has taken the calls up")


async def _until_talking(phones: AgentPhones, talks: int) -> None:
    seen = await asyncio.to_thread(
        traces.eventually,
        lambda: talking(phones),
        lambda now: now == talks,
        _PATIENCE_SECONDS,
    )
    if seen != talks:
        raise RuntimeError(f"{seen} of {talks} agents talk")
