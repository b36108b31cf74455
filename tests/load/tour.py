"""A client whose numbers lead through nodes of every type, and callers who walk through them.

Each prompt is a noise of its own, so that every 20 ms of it can be told from every other.
"""

from __future__ import annotations

import asyncio
import random
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ari_app.media.sound import Sound
from tests.load.listening import Listener

DESK = [f"tour-{number:02d}" for number in range(60)]
RESTING = ["tour-resting"]
OUTSIDE = "+97677001122"
_UNANSWERED = "97670195003"
PROMPTS = {
    "welcome": 0.3, "choices": 0.3, "about": 0.4, "inside": 0.2, "number_is": 0.3, "enter": 0.3,
    "please_wait": 0.3, "still": 0.5, "leave": 0.3, "booked": 0.3, "thanks": 0.3,
    "rate": 0.3, "connecting": 0.3, "goodbye": 0.4,
}  # fmt: skip
"""Their lengths in seconds: short, so that two cores carry the sound of 50 new callers a second."""

Conduct = Callable[[Listener], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Walk:
    """One way through; of 40 callers ``share`` take it, or of those that are no :data:`GREETED`.

    ``given`` are the prompts that its flow gives in any case; ``speaks``: whether somebody hears
    the caller's voice there.
    """

    name: str
    number: str
    share: int
    nodes: dict[str, Any]
    conduct: Conduct
    given: tuple[str, ...]
    speaks: bool = False


async def _only_listen(listener: Listener) -> None:
    await listener.ended()


async def _choose(listener: Listener) -> None:
    await listener.press_after("choices", "1")
    await listener.ended()


async def _rate(listener: Listener) -> None:
    await listener.press_after("rate", "5")
    await listener.ended()


async def _enter(listener: Listener) -> None:
    await listener.press_after("enter", "42#")
    await listener.ended()


async def _leave_a_message(listener: Listener) -> None:
    await listener.speak_after("leave", 4.0, "#")
    await listener.ended()


async def _give_up(listener: Listener) -> None:
    await asyncio.sleep(3)
    await listener.call.hang_up()


def _node(kind: str, then: str | dict[str, str], **settings: Any) -> dict[str, Any]:
    exits = then if isinstance(then, dict) else {"done": then}
    return {"type": kind, **settings, "exits": exits}


_QUEUE = {"done": "rate", "timeout": "end", "no_agents": "end", "full": "end"}
_WAIT = {
    "busy_greeting": "please_wait",
    "announce_position_seconds": 4,
    "comfort_prompts": ["still"],
    "comfort_seconds": 5,
}
_RATE = {"rate": _node("survey", "end", questions=[{"name": "all", "prompt": "rate"}],
                       thanks_prompt="thanks")}  # fmt: skip
_TALK = {"first": _node("queue", _QUEUE, queue="desk", **_WAIT), **_RATE}
_LINE = {"done": "end", "timeout": "offer", "no_agents": "offer", "full": "offer"}
_OFFER = {
    "offer": _node("callback", {"booked": "end", "refused": "end"}, queue="desk", prompt=None,
                   confirm=False, booked_prompt="booked")
}  # fmt: skip
_LEAVE = {"prompt": "leave", "thanks_prompt": "thanks"}

_INSIDE = {"play": _node("play", {}, prompt="inside")}

WALKS = (
    Walk("told", "97670195001", 22, {
        "first": _node("set", "which", variables={"kind": "plain"}),
        "which": _node("branch", {"plain": "tongue", "otherwise": "end"},
                       cases=[{"exit": "plain", "variable": "kind", "values": ["plain"]}]),
        "tongue": _node("language", "open", language="mn"),
        "open": _node("hours", {"open": "choices", "closed": "end"}, calendar="always"),
        "choices": _node("menu", {"1": "about", "max_tries": "end"}, prompt="choices"),
        "about": _node("play", "say", prompt="about"),
        "say": _node("say", "sub", parts=[{"kind": "prompt", "value": "number_is"},
                                          {"kind": "number", "value": "7"}]),
        "sub": _node("subflow", "end", flow="inside"),
    }, _choose, ("welcome", "choices", "about", "number_is", "inside", "goodbye")),
    Walk("talk", "97670195002", 2, _TALK, _rate,
         ("welcome", "rate", "thanks", "goodbye"), speaks=True),
    Walk("wait to the end", _UNANSWERED, 1, {
        "first": _node("queue", _LINE, queue="desk", max_wait_seconds=8, **_WAIT), **_OFFER,
    }, _only_listen, ("welcome", "please_wait", "still", "booked", "goodbye")),
    Walk("give up in line", _UNANSWERED, 1, {}, _give_up, ("welcome", "please_wait")),
    Walk("enter", "97670195004", 7, {
        "first": _node("collect", {"done": "say", "max_tries": "end"}, variable="code",
                       prompt="enter", max_digits=4),
        "say": _node("say", "end", parts=[{"kind": "prompt", "value": "number_is"},
                                          {"kind": "digits", "value": "${code}"}]),
    }, _enter, ("welcome", "enter", "number_is", "goodbye")),
    Walk("message", "97670195005", 1, {"first": _node("message", "end", **_LEAVE)},
         _leave_a_message, ("welcome", "leave", "thanks", "goodbye"), speaks=True),
    Walk("voicemail", "97670195006", 1, {"first": _node("voicemail", "end", **_LEAVE)},
         _leave_a_message, ("welcome", "leave", "thanks", "goodbye"), speaks=True),
    Walk("callback", "97670195007", 4, {"first": _OFFER["offer"]}, _only_listen,
         ("welcome", "booked", "goodbye")),
    Walk("transfer", "97670195008", 1, {
        "first": _node("transfer", {"done": "end", "failed": "end"}, number=OUTSIDE,
                       prompt="connecting"),
    }, _give_up, ("welcome", "connecting"), speaks=True),
)  # fmt: skip

GREETED = Walk("greeted", "97670195009", 0, {"first": {"type": "hangup", "prompt": "goodbye"}},
               _only_listen, ("welcome", "goodbye"))  # fmt: skip
"""The shortest way, for as many callers as the machine could not carry on longer ones."""


def sounds() -> dict[str, Sound]:
    """The prompts' sound by slug, the same every time."""
    return {slug: _noise(slug, seconds) for slug, seconds in PROMPTS.items()}


def _noise(slug: str, seconds: float) -> Sound:
    chance = random.Random(slug)  # noqa: S311 - no secret
    return Sound(array("h", (chance.randrange(-7000, 7000) for _ in range(int(seconds * 8000)))))


def documents() -> dict[str, dict[str, Any]]:
    """The agents, a client whose agents answer, and one whose only agent is on a break."""
    answered = [walk for walk in (*WALKS, GREETED) if walk.nodes and walk.number != _UNANSWERED]
    waited = [walk for walk in WALKS if walk.nodes and walk.number == _UNANSWERED]
    return {
        "agents": {"agents": {slug: {"name": slug} for slug in [*DESK, *RESTING]}},
        "tour": _client("tour", answered, DESK),
        "patience": _client("patience", waited, RESTING),
    }


def _client(slug: str, walks: list[Walk], agents: list[str]) -> dict[str, Any]:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    flows = {f"walk-{walk.number[-1]}": _flow(walk.nodes) for walk in walks}
    if any(node.get("flow") == "inside" for walk in walks for node in walk.nodes.values()):
        flows["inside"] = {**_flow({}), "start": "play", "nodes": _INSIDE}
        del flows["inside"]["on_failure"]
    return {
        "client": slug,
        "name": slug,
        "language": "mn",
        "fallback_queue": "desk",
        "calendars": {"always": {"weekly": {day: ["00:00-24:00"] for day in days}}},
        "queues": {"desk": {"ring_seconds": 20, "wrap_up_seconds": 0}},
        "prompts": {prompt: {"mn": {"file": f"{prompt}.wav"}} for prompt in PROMPTS},
        "agents": dict.fromkeys(agents, 5),
        "numbers": [
            {"number": f"+{walk.number}", "flow": f"walk-{walk.number[-1]}"} for walk in walks
        ],
        "flows": flows,
    }


def _flow(nodes: dict[str, Any]) -> dict[str, Any]:
    return {
        "spec_version": 1,
        "name": "Tour",
        "language": "mn",
        "start": "welcome",
        "on_failure": "end",
        "nodes": {
            "welcome": _node("greeting", "first", prompt="welcome"),
            **nodes,
            "end": {"type": "hangup", "prompt": "goodbye"},
        },
    }
