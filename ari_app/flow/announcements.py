"""What a waiting caller hears, and when: that nobody is free, the place in the line, comfort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari_app.flow import spoken

if TYPE_CHECKING:
    from ari_app.flow.nodes.queue import Queue
    from ari_app.flow.walk import Walk

TIMES = ("greet_at", "position_at", "comfort_at")
"""The keys of the node's memory under which the next times (Unix seconds) stand."""

_NOBODY_FREE, _ON_BREAK = "standard:queue/busy", "standard:queue/on_break"
"""The first is true of agents who talk, ring, rest or wrap up; those on a break will be back."""

_GREETING_SECONDS = 1.0
"""Who gets an agent within this time never hears that nobody is free, nor of a place."""


def plan(walk: Walk, queue: Queue) -> None:
    """Set the first times, for a caller who begins to wait."""
    memory = walk.memory
    if queue.busy_greeting:
        memory["greet_at"] = walk.now + _GREETING_SECONDS
    if queue.announce_position_seconds:
        memory["position_at"] = walk.now + _GREETING_SECONDS
    if queue.comfort_prompts:
        memory["comfort_at"] = walk.now + queue.comfort_seconds


def due_words(walk: Walk, queue: Queue, due: float) -> tuple[str, ...]:
    """Return what is to be said at ``due``, perhaps nothing, and set the next time for it."""
    memory = walk.memory
    later = due + 1
    words: tuple[str, ...] = ()
    if memory.get("greet_at", later) <= due:
        words = _greeting(walk, queue)
    if memory.get("position_at", later) <= due:
        words += _position(walk, queue)
    if words:
        return words
    if memory.get("comfort_at", later) <= due:
        memory["comfort_at"] = walk.now + queue.comfort_seconds
        turn = memory.get("comforted", 0)
        memory["comforted"] = turn + 1
        return (queue.comfort_prompts[turn % len(queue.comfort_prompts)],)
    return ()


def forget_place(walk: Walk) -> None:
    """The caller joins the line: what was known of the place is old until the queue tells it."""
    walk.memory.pop("position", None)
    walk.memory.pop("wait", None)


def _greeting(walk: Walk, queue: Queue) -> tuple[str, ...]:
    del walk.memory["greet_at"]
    greeting = queue.busy_greeting
    if greeting == _NOBODY_FREE and walk.memory.get("on_break"):
        greeting = _ON_BREAK
    return (greeting,) if greeting else ()


def _position(walk: Walk, queue: Queue) -> tuple[str, ...]:
    memory = walk.memory
    if "position" not in memory:  # the queue's answer is still on its way
        memory["position_at"] = walk.now + _GREETING_SECONDS
        return ()
    memory["position_at"] = walk.now + queue.announce_position_seconds
    place, seconds = memory["position"], memory["wait"]
    if place is None:
        return ()
    language = walk.run.language
    words = spoken.position(place, language)
    if queue.announce_wait and seconds is not None:
        words += spoken.wait(round(seconds / 60), language)
    return words
