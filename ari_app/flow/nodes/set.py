"""The node type ``set``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Count, Doc, Template, Variable
from ari_app.flow.template import expand

if TYPE_CHECKING:
    from collections.abc import Collection

    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Set(Node):
    """Gives variables a value, for a later `branch` or `say`.

    `${name}` in a value stands for another variable; `caller_number`, `caller_name`, `number`,
    `language` and `queue` are always there.

    ```json
    {
      "type": "set",
      "variables": {"topic": "billing", "label": "${topic} from ${caller_number}"},
      "exits": {"done": "reception"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {"done": Exit("The variables are set.")}

    variables: Annotated[
        dict[Variable, Template], Count(1, 20), Doc("Value by variable, set in this order.")
    ]

    def sets(self) -> Collection[str]:
        return self.variables

    def leaves_at_once(self) -> bool:
        return True

    def enter(self, walk: Walk) -> None:
        for name, text in self.variables.items():
            walk.set_variable(name, expand(walk.run, text))
        walk.leave("done")
