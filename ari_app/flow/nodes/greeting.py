"""The node type ``greeting``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow.events import DtmfReceived, Event, PlayFinished
from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Doc, Key, Prompt

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Greeting(Node):
    """Picks up and greets the caller in the client's name, before anything else.

    Say here that the call is recorded. With a `refuse_recording_key` the caller can press that key
    while the greeting plays: the call is then not recorded, and the journal keeps the refusal. Keys
    pressed early are kept for the next menu.

    ```json
    {
      "type": "greeting",
      "prompt": "welcome",
      "barge_in": true,
      "refuse_recording_key": "9",
      "exits": {"done": "menu"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {
        "done": Exit("The greeting came to its end, or the caller spoke over it with a key.")
    }

    prompt: Annotated[Prompt, Doc("What the caller hears.")]
    barge_in: Annotated[bool, Doc("Whether a key ends the greeting early.")] = False
    refuse_recording_key: Annotated[
        Key | None, Doc("The key by which the caller goes unrecorded.")
    ] = None

    def enter(self, walk: Walk) -> None:
        walk.play(self.prompt)

    def handle(self, walk: Walk, event: Event) -> None:
        if isinstance(event, PlayFinished):
            walk.leave("done")
        elif isinstance(event, DtmfReceived):
            if event.digit == self.refuse_recording_key:
                walk.run.record = False
                walk.entry("recording_refused", node=walk.name, digit=event.digit)
                return
            walk.keep_digit(event.digit)
            if self.barge_in:
                walk.stop_playing()
                walk.leave("done")
