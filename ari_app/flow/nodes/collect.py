"""The node type ``collect``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow import spoken
from ari_app.flow.ask import Question, ask, hear
from ari_app.flow.node import Exit, Node
from ari_app.flow.said import Said
from ari_app.flow.setting import Between, Doc, Key, Prompt, Variable

if TYPE_CHECKING:
    from collections.abc import Collection

    from ari_app.flow.events import Event, Resumed
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Collect(Node):
    """Lets the caller enter a number, such as an order's, and keeps it in a variable.

    With `confirm` the number is read back: 1 accepts it, 2 enters it again. A `secret` number is
    not written to the journal. After `tries` rounds the caller leaves by the last failure's exit.

    ```json
    {
      "type": "collect",
      "prompt": "enter_order",
      "variable": "order",
      "min_digits": 4,
      "max_digits": 8,
      "confirm": true,
      "exits": {"done": "reception", "max_tries": "reception"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {
        "done": Exit("The number is in the variable."),
        "no_input": Exit("No key in the last round.", instead="max_tries"),
        "no_match": Exit("Too few keys in the last round, or not confirmed.", instead="max_tries"),
        "max_tries": Exit("All rounds are used up, whatever the last failure was."),
    }

    variable: Annotated[Variable, Doc("Where the number is kept.")]
    prompt: Annotated[Prompt, Doc("What to enter.")] = "standard:collect/enter"
    min_digits: Annotated[int, Between(1, 40), Doc("The fewest digits.")] = 1
    max_digits: Annotated[int, Between(1, 40), Doc("The most digits.")] = 20
    finish_key: Annotated[Key, Doc("The key that completes the number.")] = "#"
    timeout_seconds: Annotated[int, Between(1, 60), Doc("How long to wait for the first key.")] = 7
    pause_seconds: Annotated[int, Between(1, 30), Doc("A pause so long completes the number.")] = 4
    tries: Annotated[int, Between(1, 10), Doc("How many rounds.")] = 3
    confirm: Annotated[bool, Doc("Read the number back and ask whether it is right.")] = False
    secret: Annotated[bool, Doc("Keep the number out of the journal.")] = False
    barge_in: Annotated[bool, Doc("Whether a key may be pressed during the prompt.")] = True
    no_input_prompt: Annotated[Prompt, Doc("Played after silence.")] = "standard:no_input"
    no_match_prompt: Annotated[Prompt, Doc("Played after too few keys.")] = "standard:no_match"

    def flaws(self) -> list[tuple[str, Said]]:
        if self.min_digits > self.max_digits:
            return [("min_digits", Said("is more than `max_digits`"))]
        if self.max_digits > 1 and self.finish_key.isdigit():
            said = Said('no number with a {key} can be entered; write "#" or "*"',
                        key=self.finish_key)  # fmt: skip
            return [("finish_key", said)]
        return []

    def never_taken(self, exits: Collection[str]) -> Collection[str]:
        return ("max_tries",) if {"no_input", "no_match"} <= set(exits) else ()

    def sets(self) -> Collection[str]:
        return (self.variable,)

    def enter(self, walk: Walk) -> None:
        walk.memory["failures"] = 0
        self._ask(walk)

    def handle(self, walk: Walk, event: Event) -> None:
        if "entered" in walk.memory:
            self._confirmed(walk, hear(walk, self._check(walk), event))
        else:
            self._entered(walk, hear(walk, self._question(), event))

    def resume(self, walk: Walk, event: Resumed) -> None:
        self._ask(walk)

    def _question(self, complaint: str = "") -> Question:
        items = (complaint, self.prompt) if complaint else (self.prompt,)
        most = max(self.max_digits, 1)
        return Question(
            items, self.timeout_seconds, most, self.finish_key, self.pause_seconds, self.barge_in
        )

    def _check(self, walk: Walk) -> Question:
        digits = spoken.digits(walk.memory["entered"], walk.run.language)
        items = ("standard:collect/you_entered", *digits, "standard:collect/confirm")
        return Question(items, self.timeout_seconds)

    def _ask(self, walk: Walk, complaint: str = "") -> None:
        if "entered" in walk.memory:
            self._confirmed(walk, ask(walk, self._check(walk)))
        else:
            self._entered(walk, ask(walk, self._question(complaint)))

    def _entered(self, walk: Walk, digits: str | None) -> None:
        if digits is None:
            return
        if digits and not self.secret:
            walk.entry("digits_received", node=walk.name, digits=digits)
        if len(digits) < self.min_digits or not digits.isdigit():
            self._failed(walk, "no_match" if digits else "no_input")
        elif self.confirm:
            walk.memory["entered"] = digits
            self._ask(walk)
        else:
            self._keep(walk, digits)

    def _confirmed(self, walk: Walk, key: str | None) -> None:
        if key is None:
            return
        if key == "1":
            self._keep(walk, walk.memory["entered"])
            return
        if key == "2":
            del walk.memory["entered"]
        self._failed(walk, "no_match" if key else "no_input", complain=key != "2")

    def _keep(self, walk: Walk, digits: str) -> None:
        walk.set_variable(self.variable, digits, secret=self.secret)
        walk.leave("done")

    def _failed(self, walk: Walk, failure: str, *, complain: bool = True) -> None:
        walk.run.digits = ""
        walk.memory["failures"] += 1
        if walk.memory["failures"] >= self.tries:
            walk.leave(failure if failure in walk.exits else "max_tries")
            return
        prompt = self.no_input_prompt if failure == "no_input" else self.no_match_prompt
        self._ask(walk, prompt if complain else "")
