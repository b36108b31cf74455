"""Everybody who waits, kept in the order in which the decision wants to look at them."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from ari_app.acd.waiting import Waiting

QueueKey = tuple[str, str]
LaneKey = tuple[int, int, float]


class Line:
    """The waiting callers by queue, and in a queue by *lane*.

    A lane holds the callers of one queue with the same priority, level and weight, the longest
    wait first. The same agents may serve all of a lane, so whoever looks for work needs its first
    caller only. It is an index over the runs that wait in queue nodes, rebuilt from them at any
    time: ``Line(callers)``. Joining and leaving cost a binary search.
    """

    def __init__(self, callers: Iterable[Waiting] = ()) -> None:
        """Line these callers up."""
        self._callers: dict[str, Waiting] = {}
        self._queues: dict[QueueKey, dict[LaneKey, list[Waiting]]] = {}
        for caller in callers:
            self.join(caller)

    def join(self, caller: Waiting) -> None:
        """Take a caller in. One who is here already gets the new place instead of the old."""
        self.leave(caller.call)
        self._callers[caller.call] = caller
        lanes = self._queues.setdefault((caller.client, caller.queue), {})
        insort(lanes.setdefault(_lane(caller), []), caller, key=arrival)

    def leave(self, call: str) -> Waiting | None:
        """Take a caller out; ``None`` when the call does not wait."""
        caller = self._callers.pop(call, None)
        if caller is None:
            return None
        queue, key = (caller.client, caller.queue), _lane(caller)
        lanes = self._queues[queue]
        lane = lanes[key]
        del lane[bisect_left(lane, arrival(caller), key=arrival)]
        if not lane:
            del lanes[key]
            if not lanes:
                del self._queues[queue]
        return caller

    def get(self, call: str) -> Waiting | None:
        """Return the caller of this call, or ``None`` when the call does not wait."""
        return self._callers.get(call)

    def queues(self) -> Iterable[QueueKey]:
        """The queues in which somebody waits, as (client, queue)."""
        return self._queues.keys()

    def lanes(self, queue: QueueKey) -> list[list[Waiting]]:
        """The lanes of one queue; read them, do not change them."""
        return list(self._queues.get(queue, {}).values())

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._callers.values())

    def __len__(self) -> int:
        return len(self._callers)

    def __contains__(self, call: object) -> bool:
        return call in self._callers


def arrival(caller: Waiting) -> tuple[float, str]:
    """Order of arrival; the call's id decides between two of the same moment."""
    return caller.since, caller.call


def _lane(caller: Waiting) -> LaneKey:
    return caller.priority, caller.level, caller.weight
