"""What every node type has in common."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from ari_app.flow.events import Event, Resumed
    from ari_app.flow.said import Said
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Exit:
    """A way out of a node.

    ``instead`` is the exit that is taken when this one leads nowhere. A call may come to its end
    at an exit that ``ends``; any other one without a follower is a fault of the definition.
    """

    meaning: str
    instead: str = ""
    ends: bool = False


class Node:
    """A node type; its subclasses are frozen dataclasses of the settings.

    In a turn exactly one of the three methods is called, and ends in ``walk.leave``, in a wait,
    or in a further call's end. Whatever must outlive the turn stands in ``walk.memory``.
    """

    EXITS: ClassVar[dict[str, Exit]] = {}
    KEYS: ClassVar[bool] = False
    """Whether a key of the telephone can be an exit."""
    OPEN: ClassVar[bool] = False
    """Whether others (a calendar, a subflow) may give the node exits of their own."""

    def enter(self, walk: Walk) -> None:
        """The caller comes to this node."""
        raise NotImplementedError

    def handle(self, walk: Walk, event: Event) -> None:
        """Something happened while the caller is here; what does not concern the node, is not."""

    def resume(self, walk: Walk, event: Resumed) -> None:
        """The controller was away: say again what the caller may have missed."""
        self.enter(walk)

    def leaves_at_once(self) -> bool:
        """Whether the caller may pass the node without waiting for anything."""
        return False

    def never_taken(self, exits: Collection[str]) -> Collection[str]:
        """Return the exits that cannot be taken when those of ``exits`` lead somewhere."""
        return ()

    def sets(self) -> Collection[str]:
        """Return the variables that the node may set."""
        return ()

    def own_exits(self) -> dict[str, Exit]:
        """Return the exits that these settings add to :attr:`EXITS`."""
        return {}

    def flaws(self) -> list[tuple[str, Said]]:
        """Return what is wrong between settings: the setting's name and a sentence."""
        return []

    def exits(self) -> dict[str, Exit]:
        """Return all named exits."""
        return {**self.EXITS, **self.own_exits()}
