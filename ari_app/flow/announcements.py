"""What a waiting caller hears, and when: that all are busy, the place in the line, comfort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari_app.flow import spoken

if TYPE_CHECKING:
    from ari_app.flow.nodes.queue import Queue
    from ari_app.flow.walk import Walk

TIMES = ("greet_at", "position_at", "comfort_at")
"""The keys of the node's memory under which the next times (Unix seconds) stand."""

_ALL_BUSY, _ON_BREAK = "standard:queue/busy", "standard:queue/on_break"
"""When each agent on duty is on a break, it is not true that all are talking."""

_GREETING_SECONDS = 1.0
"""Who gets an agent within this time never hears that all are busy."""


def plan(walk: Walk, queue: Queue) -> None:
    """Set the first times, for a caller who begins to wait."""
    memory = walk.memory
    if queue.busy_greeting:
        memory["greet_at"] = walk.now + _GREETING_SECONDS
    if queue.announce_position_seconds:
        memory["position_at"] = walk.now + queue.announce_position_seconds
    if queue.comfort_prompts:
        memory["comfort_at"] = walk.now + queue.comfort_seconds


def due_words(walk: Walk, queue: Queue, due: float) -> tuple[str, ...]:
    """Return what is to be said at ``due``, perhaps nothing, and set the next time for it."""
    memory = walk.memory
    later = due + 1
    if memory.get("greet_at", later) <= due:
        del memory["greet_at"]
        greeting = queue.busy_greeting
        if greeting == _ALL_BUSY and memory.get("on_break"):
            greeting = _ON_BREAK
        return (greeting,) if greeting else ()
    if memory.get("position_at", later) <= due:
        memory["position_at"] = walk.now + queue.announce_position_seconds
        return _position(walk, queue)
    if memory.get("comfort_at", later) <= due:
        memory["comfort_at"] = walk.now + queue.comfort_seconds
        turn = memory.get("comforted", 0)
        memory["comforted"] = turn + 1
        return (queue.comfort_prompts[turn % len(queue.comfort_prompts)],)
    return ()


def _position(walk: Walk, queue: Queue) -> tuple[str, ...]:
    place, seconds = walk.memory.get("position"), walk.memory.get("wait")
    if place is None:
        return ()
    language = walk.run.language
    words = spoken.position(place, language)
    if queue.announce_wait and seconds is not None:
        words += spoken.wait(round(seconds / 60), language)
    return words
