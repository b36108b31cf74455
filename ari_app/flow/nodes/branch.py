"""The node type ``branch``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Count, Doc, LanguageCode, ReadVariable, Slug, Template
from ari_app.flow.template import expand, value

if TYPE_CHECKING:
    from ari_app.flow.run import Run
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Case:
    """One way to go, and the conditions that must all hold for it."""

    exit: Annotated[Slug, Doc("The exit that is taken.")]
    variable: Annotated[ReadVariable | None, Doc("This variable has one of `values`.")] = None
    values: Annotated[tuple[Template, ...], Count(0, 50), Doc("What the variable may be.")] = ()
    known: Annotated[bool | None, Doc("The caller is among the contacts, or is not.")] = None
    vip: Annotated[bool | None, Doc("The caller is marked as VIP, or is not.")] = None
    language: Annotated[LanguageCode | None, Doc("The call's language.")] = None

    def holds(self, run: Run) -> bool:
        """Return whether all conditions hold."""
        if self.variable is not None:
            values = {expand(run, text) for text in self.values}
            if value(run, self.variable) not in values:
                return False
        return (
            self.known in (None, run.known)
            and self.vip in (None, run.vip)
            and self.language in (None, run.language)
        )


@dataclass(frozen=True)
class Branch(Node):
    """Goes one way or another by what is known of the call.

    The first case whose conditions all hold is taken. A condition looks at a variable, at the
    language, or at whether the caller is known or a VIP.

    ```json
    {
      "type": "branch",
      "cases": [
        {"exit": "vip", "vip": true},
        {"exit": "billing", "variable": "topic", "values": ["billing", "invoice"]}
      ],
      "exits": {"vip": "vip_queue", "billing": "billing_queue", "otherwise": "reception"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {"otherwise": Exit("No case holds.")}

    cases: Annotated[tuple[Case, ...], Count(1, 30), Doc("The cases, tried in this order.")]

    def own_exits(self) -> dict[str, Exit]:
        return {case.exit: Exit("This case holds.") for case in self.cases}

    def leaves_at_once(self) -> bool:
        return True

    def enter(self, walk: Walk) -> None:
        taken = next((case.exit for case in self.cases if case.holds(walk.run)), "otherwise")
        walk.leave(taken)
