"""The node type ``play``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow.events import DtmfReceived, Event, PlayFinished
from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Doc, Prompt

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Play(Node):
    """Plays one prompt.

    Keys pressed meanwhile are kept for the next menu.

    ```json
    {"type": "play", "prompt": "address", "exits": {"done": "goodbye"}}
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {
        "done": Exit("The prompt came to its end, or a key ended it.")
    }

    prompt: Annotated[Prompt, Doc("What the caller hears.")]
    barge_in: Annotated[bool, Doc("Whether a key ends the prompt early.")] = True

    def enter(self, walk: Walk) -> None:
        walk.play(self.prompt)

    def handle(self, walk: Walk, event: Event) -> None:
        if isinstance(event, PlayFinished):
            walk.leave("done")
        elif isinstance(event, DtmfReceived):
            walk.keep_digit(event.digit)
            if self.barge_in:
                walk.stop_playing()
                walk.leave("done")
