"""The mixed load: clients whose numbers each end in one way, and callers who bring that about."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.load.callers import CallerCall

DESK = [f"desk-{number:02d}" for number in range(50)]
BUSY = ["busy-1", "busy-2"]
RESTING = ["resting-1"]
"""On a break: who waits for them is not sent away."""
ABSENT = ["absent-1"]

DEMO_NUMBER = "97670110001"
_GREETING_SECONDS = 1.0
_SHORT_SECONDS = 2.0
_LONG_SECONDS = 7.0
_TALK_SECONDS = 3.0
_SPEECH_SECONDS = 4.0

Conduct = Callable[[CallerCall], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """``calls`` callers of ``number`` who behave alike, and the outcome that this must have."""

    name: str
    number: str
    calls: int
    outcome: str
    conduct: Conduct


async def _hang_up_after(call: CallerCall, seconds: float) -> None:
    await _answered(call)
    await asyncio.sleep(seconds)
    await call.hang_up()


async def _answered(call: CallerCall) -> None:
    async with asyncio.timeout(10):
        await call.answered.wait()


async def _stay(call: CallerCall) -> None:
    async with asyncio.timeout(60):
        await call.ended.wait()


async def _leave_in_greeting(call: CallerCall) -> None:
    await _hang_up_after(call, 1.5)


async def _give_up_soon(call: CallerCall) -> None:
    await _hang_up_after(call, _GREETING_SECONDS + _SHORT_SECONDS)


async def _give_up_late(call: CallerCall) -> None:
    await _hang_up_after(call, _GREETING_SECONDS + _LONG_SECONDS)


async def _talk_and_hang_up(call: CallerCall) -> None:
    await _hang_up_after(call, _GREETING_SECONDS + _TALK_SECONDS + 0.5)


async def _leave_voicemail(call: CallerCall) -> None:
    await _answered(call)
    await asyncio.sleep(_GREETING_SECONDS + 0.8)  # the prompt and the tone
    await call.speak(_SPEECH_SECONDS)
    await call.press("#")
    await _stay(call)


async def _ask_for_callback(call: CallerCall) -> None:
    await _answered(call)
    await asyncio.sleep(_GREETING_SECONDS + 1.0)
    await call.press("*")
    await _stay(call)


KINDS = (
    Kind("leave in the demo's greeting", DEMO_NUMBER, 40, "abandoned", _leave_in_greeting),
    Kind("give up soon", "97670190001", 20, "short_abandon", _give_up_soon),
    Kind("give up late", "97670190001", 20, "abandoned", _give_up_late),
    Kind("talk until the agent hangs up", "97670190002", 25, "answered", _stay),
    Kind("talk and hang up", "97670190003", 25, "answered", _talk_and_hang_up),
    Kind("leave a voicemail", "97670190004", 20, "voicemail", _leave_voicemail),
    Kind("ask for a callback", "97670190001", 20, "callback", _ask_for_callback),
    Kind("find no agents", "97670190005", 20, "abandoned", _stay),
    Kind("find busy agents", "97670190006", 10, "abandoned", _stay),
)


def documents() -> dict[str, dict[str, Any]]:
    """The documents to import: one client for each way in which a queue can go."""
    agents = [*DESK, *BUSY, *RESTING, *ABSENT]
    return {
        "agents": {"agents": {slug: {"name": slug} for slug in agents}},
        "crowded": _client("crowded", ["+97670190001"], RESTING),
        "desk": _client("desk", ["+97670190002", "+97670190003"], DESK),
        "voicemail": _client("voicemail", ["+97670190004"], [], start="voicemail"),
        "empty": _client("empty", ["+97670190005"], ABSENT),
        "busy": _client("busy", ["+97670190006"], BUSY, max_wait_seconds=5),
    }


def _client(
    slug: str,
    numbers: list[str],
    agents: list[str],
    *,
    start: str = "queue",
    max_wait_seconds: int = 60,
) -> dict[str, Any]:
    nodes: dict[str, Any] = {
        "greeting": {"type": "greeting", "prompt": "second", "exits": {"done": start}},
        "end": {"type": "hangup"},
    }
    if start == "voicemail":
        nodes["voicemail"] = {
            "type": "voicemail",
            "prompt": "second",
            "thanks_prompt": None,
            "exits": {"done": "end"},
        }
        nodes["greeting"]["exits"] = {"done": "voicemail"}
    else:
        nodes["queue"] = {
            "type": "queue",
            "queue": "reception",
            "max_wait_seconds": max_wait_seconds,
            "exits": {"*": "callback", "done": "end", "timeout": "end", "no_agents": "end"},
        }
        nodes["callback"] = {
            "type": "callback",
            "prompt": None,
            "confirm": False,
            "booked_prompt": None,
            "exits": {"booked": "end", "refused": "end"},
        }
    return {
        "client": slug,
        "name": slug,
        "language": "mn",
        "short_abandon_seconds": 5,
        "fallback_queue": "reception",
        "numbers": [{"number": number, "flow": "main"} for number in numbers],
        "queues": {"reception": {"ring_seconds": 10, "wrap_up_seconds": 1}},
        "prompts": {"second": {"mn": {"file": "second.wav"}}},
        "agents": dict.fromkeys(agents, 5),
        "flows": {
            "main": {
                "spec_version": 1,
                "name": slug,
                "language": "mn",
                "start": "greeting",
                "on_failure": "end",
                "nodes": nodes,
            }
        },
    }
