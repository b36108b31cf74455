"""The node type ``message``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from ari_app.flow import recorded
from ari_app.flow.ask import Question, ask, hear
from ari_app.flow.events import Event, Resumed
from ari_app.flow.nodes.voicemail import Voicemail
from ari_app.flow.said import Said
from ari_app.flow.setting import Doc, Prompt

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

_ANSWER_SECONDS = 5


@dataclass(frozen=True)
class Message(Voicemail):
    """Takes a request that somebody has to deal with: name, number, what it is about.

    Works like `voicemail`, but counts as a message to be passed on. With `review` the caller may
    send it (1, silence or hanging up) or record it again (2).

    ```json
    {
      "type": "message",
      "prompt": "say_your_request",
      "review": true,
      "exits": {"done": "goodbye", "too_short": "reception"}
    }
    ```
    """

    KIND = "message"

    prompt: Annotated[Prompt, Doc("Played before the tone.")] = "standard:message/leave"
    thanks_prompt: Annotated[Prompt | None, Doc("Played when the message is there.")] = (
        "standard:message/thanks"
    )
    review: Annotated[bool, Doc("Whether the caller may record it again.")] = False
    review_prompt: Annotated[Prompt, Doc("Says which key sends and which one records again.")] = (
        "standard:message/review"
    )

    def flaws(self) -> list[tuple[str, Said]]:
        if self.review and self.finish_key in ("1", "2"):
            said = Said(
                "pressed twice, {key} sends or discards the message in the review; write "
                "another key",
                key=self.finish_key,
            )
            return [("finish_key", said)]
        return []

    def handle(self, walk: Walk, event: Event) -> None:
        if walk.memory.get("reviewing"):
            self._reviewed(walk, hear(walk, self._question(), event))
        else:
            super().handle(walk, event)

    def resume(self, walk: Walk, event: Resumed) -> None:
        if walk.memory.get("reviewing"):
            self._reviewed(walk, ask(walk, self._question()))
        else:
            super().resume(walk, event)

    def _recorded(self, walk: Walk, seconds: float) -> None:
        if self.review and seconds >= self.min_seconds:
            walk.memory["recording_seconds"] = seconds
            walk.memory["reviewing"] = True
            self._reviewed(walk, ask(walk, self._question()))
        else:
            super()._recorded(walk, seconds)

    def _question(self) -> Question:
        return Question((self.review_prompt,), _ANSWER_SECONDS)

    def _reviewed(self, walk: Walk, key: str | None) -> None:
        if key is None:
            return
        walk.memory["reviewing"] = False
        if key == "2":
            recorded.discard(walk, "recorded_again")
            self._record(walk)
        else:
            super()._recorded(walk, recorded.so_far(walk))
