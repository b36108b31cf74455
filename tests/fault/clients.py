"""The clients of a drill, one for each place in which a caller can be when a fault strikes."""

from __future__ import annotations

from typing import Any

GREETING, MENU, QUEUE, RINGING = "greeting", "menu", "queue", "ringing"
TALKING, VOICEMAIL, NEWCOMER, FRAIL = "talking", "voicemail", "newcomer", "frail"

NUMBERS = {
    GREETING: "97670180001",
    MENU: "97670180002",
    QUEUE: "97670180003",
    RINGING: "97670180004",
    TALKING: "97670180005",
    VOICEMAIL: "97670180006",
    NEWCOMER: "97670180007",
    FRAIL: "97670180008",
}
"""The number to dial for each place. Newcomers hear a greeting and talk to somebody for a second;
the agent of a frail caller has a phone that will be lost."""

TEAMS = {
    QUEUE: ["busy-1"],
    RINGING: [f"slow-{number}" for number in range(1, 9)],
    TALKING: [f"long-{number}" for number in range(1, 9)],
    NEWCOMER: [f"quick-{number}" for number in range(1, 7)],
    FRAIL: ["frail-1", "frail-2"],
}
AGENTS = [agent for team in TEAMS.values() for agent in team]

SECOND, LONG = "second", "long"
LONG_SECONDS = 20.0
MENU_SECONDS = 2
"""How long the menu is silent by itself, waiting for a key."""

_ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
_HOURS = {"type": "hours", "calendar": "main", "exits": {"open": "hello", "closed": "mail"}}
_END: dict[str, Any] = {"type": "hangup"}


def documents() -> dict[str, dict[str, Any]]:
    """The documents to import."""
    waiting = {"type": "queue", "queue": "desk", "max_wait_seconds": 600}
    waiting = {**waiting, "exits": {"done": "end", "timeout": "mail", "no_agents": "mail"}}
    mail = {"type": "voicemail", "prompt": SECOND, "max_seconds": 300, "silence_seconds": 60}
    mail = {**mail, "exits": {"done": "end"}}
    menu = {"type": "menu", "prompt": SECOND, "tries": 10, "timeout_seconds": MENU_SECONDS}
    menu = {**menu, "exits": {"1": "desk", "9": "end", "max_tries": "mail"}}
    rest = {"desk": waiting, "mail": mail, "end": _END}
    flows: dict[str, dict[str, Any]] = {
        GREETING: {"hello": _greeting(LONG, "menu"), "menu": menu, **rest},
        MENU: {"menu": menu, **rest},
        QUEUE: rest,
        RINGING: rest,
        TALKING: rest,
        VOICEMAIL: {"mail": mail, "desk": waiting, "end": _END},
        NEWCOMER: {"open": _HOURS, "hello": _greeting(SECOND, "desk"), **rest},
        FRAIL: rest,
    }
    clients = {place: _client(place, nodes) for place, nodes in flows.items()}
    return {"agents": {"agents": {slug: {"name": slug} for slug in AGENTS}}, **clients}


def _client(place: str, nodes: dict[str, Any]) -> dict[str, Any]:
    flow = {
        "spec_version": 1, "name": place, "language": "en", "start": next(iter(nodes)),
        "on_failure": "desk", "nodes": nodes,
    }  # fmt: skip
    ring_seconds = 120 if place == RINGING else 10
    return {
        "client": f"drill-{place}",
        "name": place.title(),
        "language": "en",
        "timezone": "Europe/Berlin",
        "fallback_queue": "desk",
        "queues": {"desk": {"ring_seconds": ring_seconds, "wrap_up_seconds": 0}},
        "calendars": {"main": {"weekly": _ALWAYS}},
        "numbers": [{"number": f"+{NUMBERS[place]}", "flow": "main"}],
        "prompts": {name: {"en": {"file": f"{name}.wav"}} for name in (SECOND, LONG)},
        "agents": dict.fromkeys(TEAMS.get(place, TEAMS[NEWCOMER]), 5),
        "flows": {"main": flow},
    }


def _greeting(prompt: str, then: str) -> dict[str, Any]:
    return {"type": "greeting", "prompt": prompt, "exits": {"done": then}}
