"""One queue's part in one decision: whose turn it is there."""

from ari_app.acd.line import arrival
from ari_app.acd.waiting import Waiting

Rank = tuple[int, float, float, str]


class Turn:
    """Walks through the lanes of one queue. False when nobody is left who can be served.

    The callers are read where they stand in the line; only the place reached in each lane is kept.
    """

    __slots__ = ("_guard_since", "_heads", "_lanes", "_now", "_places", "eldest")

    eldest: Waiting
    """The longest waiting caller of the lanes still open."""

    def __init__(self, lanes: list[list[Waiting]], now: float, guard_seconds: float) -> None:
        """Begin at the head of every lane."""
        self._now = now
        self._guard_since = now - guard_seconds
        self._lanes = lanes
        self._places = [0] * len(lanes)
        self._heads = [lane[0] for lane in lanes]
        self._find_eldest()

    def __bool__(self) -> bool:
        return bool(self._heads)

    def rank(self) -> Rank:
        """Order among queues, the lowest first: past the guard, then by weight times wait."""
        eldest = self.eldest
        if eldest.since < self._guard_since:
            return 0, eldest.since, 0.0, eldest.call
        return 1, eldest.weight * (eldest.since - self._now), eldest.since, eldest.call

    def caller(self) -> Waiting:
        """Whose turn it is in this queue."""
        if len(self._heads) == 1 or self.eldest.since < self._guard_since:
            return self.eldest
        return min(self._heads, key=_by_priority)

    def served(self, caller: Waiting) -> None:
        """Go on to the next one of this caller's lane."""
        lane = self._heads.index(caller)
        place = self._places[lane] = self._places[lane] + 1
        if place == len(self._lanes[lane]):
            self._close(lane)
        else:
            self._heads[lane] = self._lanes[lane][place]
            self._find_eldest()

    def unserved(self, caller: Waiting) -> None:
        """Nobody is left who may serve this caller, nor thus anybody else of the lane."""
        self._close(self._heads.index(caller))

    def _close(self, lane: int) -> None:
        del self._lanes[lane], self._places[lane], self._heads[lane]
        if self._heads:
            self._find_eldest()

    def _find_eldest(self) -> None:
        heads = self._heads
        self.eldest = heads[0] if len(heads) == 1 else min(heads, key=arrival)


def _by_priority(caller: Waiting) -> tuple[int, float, str]:
    return -caller.priority, caller.since, caller.call
