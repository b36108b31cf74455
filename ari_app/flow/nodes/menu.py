"""The node type ``menu``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow.ask import Question, ask, hear
from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Between, Doc, Prompt

if TYPE_CHECKING:
    from collections.abc import Collection

    from ari_app.flow.events import Event, Resumed
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Menu(Node):
    """Lets the caller choose with one key.

    Each key that is an exit is a choice. Any other key plays `no_match_prompt`, silence plays
    `no_input_prompt`, and the menu is played again. After `tries` rounds the caller leaves by the
    exit of the last failure, or by `max_tries` if that one leads nowhere. Keys pressed before the
    menu choose at once.

    ```json
    {
      "type": "menu",
      "prompt": "menu",
      "tries": 3,
      "timeout_seconds": 5,
      "exits": {"1": "sales", "2": "support", "0": "reception", "max_tries": "reception"}
    }
    ```
    """

    KEYS = True
    EXITS: ClassVar[dict[str, Exit]] = {
        "no_input": Exit("No key in the last round.", instead="max_tries"),
        "no_match": Exit("No valid key in the last round.", instead="max_tries"),
        "max_tries": Exit("All rounds are used up, whatever the last failure was."),
    }

    prompt: Annotated[Prompt, Doc("The choices, spoken.")]
    timeout_seconds: Annotated[
        int, Between(1, 60), Doc("How long to wait for a key after the prompt.")
    ] = 5
    tries: Annotated[int, Between(1, 10), Doc("How many rounds.")] = 3
    no_input_prompt: Annotated[
        Prompt, Doc("Played after silence, before the menu is repeated.")
    ] = "standard:no_input"
    no_match_prompt: Annotated[
        Prompt, Doc("Played after a key that is no choice, before the menu is repeated.")
    ] = "standard:no_match"
    barge_in: Annotated[bool, Doc("Whether a key may be pressed during the prompt.")] = True

    def never_taken(self, exits: Collection[str]) -> Collection[str]:
        return ("max_tries",) if {"no_input", "no_match"} <= set(exits) else ()

    def enter(self, walk: Walk) -> None:
        walk.memory["failures"] = 0
        self._chosen(walk, ask(walk, self._question()))

    def handle(self, walk: Walk, event: Event) -> None:
        self._chosen(walk, hear(walk, self._question(), event))

    def resume(self, walk: Walk, event: Resumed) -> None:
        self._chosen(walk, ask(walk, self._question()))

    def _question(self, complaint: str = "") -> Question:
        items = (complaint, self.prompt) if complaint else (self.prompt,)
        return Question(items, self.timeout_seconds, barge_in=self.barge_in)

    def _chosen(self, walk: Walk, key: str | None) -> None:
        if key is None:
            return
        if key:
            walk.entry("digits_received", node=walk.name, digits=key)
            if key in walk.exits:
                walk.leave(key)
                return
        walk.run.digits = ""
        walk.memory["failures"] += 1
        if walk.memory["failures"] >= self.tries:
            failure = "no_match" if key else "no_input"
            walk.leave(failure if failure in walk.exits else "max_tries")
            return
        complaint = self.no_match_prompt if key else self.no_input_prompt
        ask(walk, self._question(complaint))
