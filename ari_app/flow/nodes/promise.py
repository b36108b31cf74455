"""The last refuge of a broken flow; no definition can use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ari_app.flow.ending import finish, promise
from ari_app.flow.events import Event, PlayFinished
from ari_app.flow.node import Node
from ari_app.flow.unassigned import HOUSE

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Promise(Node):
    """Books a callback if the caller can be called back, apologises, and hangs up."""

    def enter(self, walk: Walk) -> None:
        run = walk.run
        if run.caller_number and not run.callback_booked and run.client != HOUSE:
            promise(walk, "fallback")
            run.callback_booked = True
        walk.play("standard:sorry")

    def handle(self, walk: Walk, event: Event) -> None:
        if isinstance(event, PlayFinished):
            finish(walk, "flow", "the flow failed")
