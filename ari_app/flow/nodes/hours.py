"""The node type ``hours``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import CalendarSlug, Doc

if TYPE_CHECKING:
    from collections.abc import Collection

    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Hours(Node):
    """Asks a calendar of the client whether it is open now.

    An exception of the calendar may name an `exit` of its own (`"inventory"`), which is taken all
    that day, open or closed, if it leads somewhere. When it is closed, the variables `opens_date`
    (2026-01-31) and `opens_time` (09:00) tell a later `say` when it opens by its hours, also when
    it was closed by hand.

    ```json
    {
      "type": "hours",
      "calendar": "main",
      "exits": {"open": "menu", "closed": "voicemail", "holiday": "holiday_greeting"}
    }
    ```
    """

    OPEN = True
    EXITS: ClassVar[dict[str, Exit]] = {
        "open": Exit("The calendar is open."),
        "closed": Exit("The calendar is closed."),
        "holiday": Exit("It is closed all day by a dated exception.", instead="closed"),
    }

    calendar: Annotated[CalendarSlug, Doc("The calendar.")]

    def sets(self) -> Collection[str]:
        return ("opens_date", "opens_time")

    def leaves_at_once(self) -> bool:
        return True

    def enter(self, walk: Walk) -> None:
        calendar = walk.flow.calendar(self.calendar)
        state = calendar.state(walk.now)
        if not state.open:
            opens = calendar.next_opening(walk.now)
            if opens is not None:
                local = calendar.local(opens)
                walk.set_variable("opens_date", f"{local:%Y-%m-%d}")
                walk.set_variable("opens_time", f"{local:%H:%M}")
        if state.exit in walk.exits:
            walk.leave(state.exit)
        elif state.open:
            walk.leave("open")
        else:
            walk.leave("holiday" if state.exception else "closed")
