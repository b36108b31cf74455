"""The node type ``subflow``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow.flow_error import FlowError
from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Doc, FlowSlug

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

_DEEPEST = 5


@dataclass(frozen=True)
class Subflow(Node):
    """Goes through another flow of the client, and comes back.

    A subflow's open ends are its exits: an exit that leads nowhere inside of it leaves it by the
    same name if this node has such an exit, else by `done`. Subflows may be five deep.

    ```json
    {"type": "subflow", "flow": "opening", "exits": {"done": "menu", "closed": "voicemail"}}
    ```
    """

    OPEN = True
    EXITS: ClassVar[dict[str, Exit]] = {"done": Exit("The subflow came to an open end.")}

    flow: Annotated[FlowSlug, Doc("The flow to go through.")]

    def leaves_at_once(self) -> bool:
        return True

    def enter(self, walk: Walk) -> None:
        if len(walk.run.frames) > _DEEPEST:
            raise FlowError(f"node {walk.name}: subflows are more than {_DEEPEST} deep")
        walk.call(self.flow)
