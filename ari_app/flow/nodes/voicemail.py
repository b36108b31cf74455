"""The node type ``voicemail``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow import recorded
from ari_app.flow.events import (
    DtmfReceived,
    Event,
    PlayFinished,
    RecordFinished,
    Resumed,
    WaitTimedOut,
)
from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Between, Doc, Key, Prompt

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Voicemail(Node):
    """Records what the caller wants to say, for instance after hours.

    The recording ends with a key, with silence, at its greatest length, or when the caller hangs
    up; each of these keeps it. What is shorter than `min_seconds` is no message, and not kept.

    ```json
    {
      "type": "voicemail",
      "prompt": "leave_message",
      "max_seconds": 120,
      "exits": {"done": "goodbye", "too_short": "goodbye"}
    }
    ```
    """

    KIND: ClassVar[str] = "voicemail"
    EXITS: ClassVar[dict[str, Exit]] = {
        "done": Exit("There is a message.", ends=True),
        "too_short": Exit("The caller said nothing.", instead="done"),
    }

    prompt: Annotated[Prompt, Doc("Played before the tone.")] = "standard:voicemail/leave"
    max_seconds: Annotated[int, Between(5, 900), Doc("The greatest length.")] = 180
    silence_seconds: Annotated[int, Between(1, 60), Doc("So much silence ends the recording.")] = 6
    min_seconds: Annotated[int, Between(1, 30), Doc("The least length.")] = 2
    finish_key: Annotated[Key, Doc("The key that ends the recording.")] = "#"
    thanks_prompt: Annotated[Prompt | None, Doc("Played when the message is there.")] = (
        "standard:voicemail/thanks"
    )
    too_short_prompt: Annotated[Prompt | None, Doc("Played when it was too short.")] = (
        "standard:voicemail/too_short"
    )

    def enter(self, walk: Walk) -> None:
        walk.run.sought = True
        walk.play(self.prompt)

    def handle(self, walk: Walk, event: Event) -> None:
        if isinstance(event, PlayFinished):
            if not self._told(walk):
                self._record(walk)
        elif isinstance(event, DtmfReceived):
            if event.digit == self.finish_key and walk.run.recording is not None:
                recorded.stop(walk)
        elif isinstance(event, RecordFinished):
            self._recorded(walk, event.seconds)
        elif isinstance(event, WaitTimedOut):
            recorded.stop(walk)
            self._recorded(walk, self.max_seconds)

    def resume(self, walk: Walk, event: Resumed) -> None:
        if walk.run.recording is not None:
            recorded.stop(walk)
            self._recorded(walk, recorded.so_far(walk))
        elif not self._told(walk):
            self.enter(walk)

    def _told(self, walk: Walk) -> bool:
        """Leave the node if the caller was told what became of the recording."""
        exit_name: str = walk.memory.get("told", "")
        if exit_name:
            walk.leave(exit_name)
        return bool(exit_name)

    def _record(self, walk: Walk) -> None:
        recorded.start(walk, self.KIND, self.max_seconds, self.silence_seconds, self.finish_key)

    def _recorded(self, walk: Walk, seconds: float) -> None:
        if recorded.keep(walk, seconds, self.min_seconds):
            exit_name, words = "done", self.thanks_prompt
        else:
            exit_name, words = "too_short", self.too_short_prompt
        if words is None:
            walk.leave(exit_name)
        else:
            walk.memory["told"] = exit_name
            walk.play(words)
