"""The caller's place in a queue's line: joining, leaving, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari_app.flow import commands as c

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk


def join(walk: Walk, queue: str, priority: int = 0, agent: str | None = None) -> None:
    """Line the caller up; from the second time on at the old place, by the time of the first."""
    run = walk.run
    run.queue = run.last_queue = queue
    if run.queued_at is None:
        run.queued_at = walk.now
    walk.memory.setdefault("joined_at", walk.now)
    back = bool(walk.memory.get("journalled"))
    command = c.JoinQueue(walk.new_id(), queue, run.queued_at, priority, agent, back)
    walk.memory["join"] = command.id
    walk.commands.append(command)


def joined(walk: Walk, position: int | None) -> None:
    """Journal, once for each visit, that the caller stands in the line."""
    if not walk.memory.get("journalled"):
        walk.memory["journalled"] = True
        walk.entry("queue_joined", queue=walk.run.queue, position=position)


def leave(walk: Walk, reason: str) -> None:
    """Take the caller out of the line; ``reason`` as in the entry ``queue_left``."""
    run = walk.run
    if run.queue is None:
        return
    joined(walk, None)
    seconds = round(max(0.0, walk.at - walk.memory.get("joined_at", walk.at)), 3)
    run.waited_seconds = (run.waited_seconds or 0.0) + seconds
    walk.commands.append(c.LeaveQueue(walk.new_id(), run.queue))
    walk.entry("queue_left", queue=run.queue, reason=reason, waited_seconds=seconds)
    run.queue = None
    for key in ("joined_at", "join", "journalled"):
        walk.memory.pop(key, None)
