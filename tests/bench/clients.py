"""The client whose calls are measured, its agents, and the bench's own piece of dialplan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

IVR = "97670199001"
JOURNEY = "97670199002"
NEXT_CALLER = "97670199003"
DIALPLAN = "bench"
"""The extension that does the work of :data:`IVR` in pure dialplan."""

HOLD_SECONDS = 1.0
"""The length of the one prompt."""

TEAM = [f"bench-{number:02d}" for number in range(60)]
LONE_AGENT = "bench-lone"


def documents() -> dict[str, dict[str, Any]]:
    """The documents to import."""
    second = {"mn": {"file": "second.wav"}}
    queue = {"strategy": "longest_idle", "ring_seconds": 20, "wrap_up_seconds": 0}
    greeting = {"type": "greeting", "prompt": "second", "exits": {"done": "next"}}
    waiting = {"type": "queue", "queue": "desk", "exits": {"done": "end", "timeout": "end"}}
    end: dict[str, Any] = {"type": "hangup"}
    menu = {"type": "menu", "prompt": "second", "exits": {"1": "desk", "max_tries": "desk"}}
    house = {"name": "Bench", "language": "mn", "fallback_queue": "desk", "queues": {"desk": queue}}
    return {
        "agents": {"agents": {slug: {"name": slug} for slug in [*TEAM, LONE_AGENT]}},
        "bench": {
            "client": "bench",
            **house,
            "numbers": [
                {"number": f"+{IVR}", "flow": "ivr"},
                {"number": f"+{JOURNEY}", "flow": "journey"},
            ],
            "prompts": {"second": second},
            "agents": dict.fromkeys(TEAM, 5),
            "flows": {
                "ivr": _flow("greet", {"greet": greeting, "next": end}),
                "journey": _flow(
                    "greet", {"greet": greeting, "next": menu, "desk": waiting, "end": end}
                ),
            },
        },
        "bench-lone": {
            "client": "bench-lone",
            **house,
            "numbers": [{"number": f"+{NEXT_CALLER}", "flow": "line"}],
            "agents": {LONE_AGENT: 5},
            "flows": {"line": _flow("desk", {"desk": waiting, "end": end})},
        },
    }


def dialplan(prompt: Path) -> str:
    """Answer, one second of the same prompt, hang up. `i`: as we do, without awaiting sound."""
    return f"""\
[intake](+)
exten => {DIALPLAN},1,Goto(bench,s,1)
[bench]
exten => s,1,Answer(,i)
 same => n,Playback({prompt})
 same => n,Hangup()
"""


def _flow(start: str, nodes: dict[str, Any]) -> dict[str, Any]:
    return {
        "spec_version": 1,
        "name": "Bench",
        "language": "mn",
        "start": start,
        "on_failure": next(iter(nodes)),
        "nodes": nodes,
    }
