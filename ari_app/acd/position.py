"""A caller's place in the line and the wait to expect: what the queue tells the caller."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from ari_app.acd.agents import OFFLINE, PAUSED, AgentView
from ari_app.acd.line import Line, arrival
from ari_app.acd.match import GUARD_SECONDS
from ari_app.acd.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Place:
    """``position`` counts from 1; ``agents`` work for the client now, busy or not.

    ``wait_seconds`` is the expected rest of the wait, ``None`` when nobody works there.
    """

    position: int
    agents: int
    wait_seconds: float | None


def place(
    line: Line,
    call: str,
    agents: Iterable[AgentView],
    now: float,
    handling_seconds: float,
) -> Place | None:
    """Return the place of a call in its queue, or ``None`` when the call does not wait.

    Before a caller stand those of a higher priority, those past the guard, and equals who came
    earlier. The expected wait takes one agent to be free every ``handling_seconds`` / agents, where
    ``handling_seconds`` is the queue's recent talk and wrap-up on average. Agents shared with other
    clients count in full: a first estimate, to be announced in rounded minutes.
    """
    caller = line.get(call)
    if caller is None:
        return None
    position = 1 + _ahead(line, caller, now - GUARD_SECONDS)
    working = sum(
        agent.state not in (OFFLINE, PAUSED) and agent.levels.get(caller.client, -1) >= caller.level
        for agent in agents
    )
    wait = position * handling_seconds / working if working else None
    return Place(position, working, wait)


def _ahead(line: Line, caller: Waiting, guard_since: float) -> int:
    mine = arrival(caller)
    overdue = caller.since < guard_since
    ahead = 0
    for lane in line.lanes((caller.client, caller.queue)):
        if overdue or lane[0].priority == caller.priority:
            ahead += bisect_left(lane, mine, key=arrival)
        elif lane[0].priority > caller.priority:
            ahead += len(lane)
        else:
            ahead += bisect_left(lane, (guard_since, ""), key=arrival)
    return ahead
