"""What a process needs in order to work, and how that stands."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Standing = Literal["up", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class Dependency:
    """``since`` is Unix seconds; ``reason`` says what is wrong, and is empty when nothing is.

    Without a ``vital`` one that is down the process cannot do its work; without another, less.
    """

    name: str
    state: Standing
    since: float
    reason: str = ""
    vital: bool = False


class Dependencies:
    """The dependencies of one process as noted last.

    Any thread may note and read: each note puts a whole new object in the place of the old.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._known: dict[str, Dependency] = {}

    def note(self, name: str, state: Standing, reason: str = "", *, vital: bool = False) -> None:
        """Say how it stands now; ``since`` stays as long as the state does."""
        old = self._known.get(name)
        since = old.since if old is not None and old.state == state else self._clock()
        self._known[name] = Dependency(name, state, since, reason, vital)

    def all(self) -> tuple[Dependency, ...]:
        """Return all, in the order in which they were first noted."""
        return tuple(self._known.copy().values())
