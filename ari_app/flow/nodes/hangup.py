"""The node type ``hangup``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from ari_app.flow.ending import finish
from ari_app.flow.events import Event, PlayFinished
from ari_app.flow.node import Node
from ari_app.flow.setting import Doc, Prompt

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Hangup(Node):
    """Ends the call, after a last prompt if there is one.

    A call that ends here without ever having looked for a person counts as `self_served`; one that
    waited in vain counts as missed, and gets a callback.

    ```json
    {"type": "hangup", "prompt": "standard:goodbye"}
    ```
    """

    prompt: Annotated[Prompt | None, Doc("Played before the call ends.")] = None

    def enter(self, walk: Walk) -> None:
        if self.prompt is None:
            self._end(walk)
        else:
            walk.play(self.prompt)

    def handle(self, walk: Walk, event: Event) -> None:
        if isinstance(event, PlayFinished):
            self._end(walk)

    def _end(self, walk: Walk) -> None:
        finish(walk, "flow", f"{walk.name} hung up")
