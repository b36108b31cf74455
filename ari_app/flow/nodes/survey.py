"""The node type ``survey``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow.ask import Question, ask, hear
from ari_app.flow.events import Event, PlayFinished
from ari_app.flow.node import Exit, Node
from ari_app.flow.said import Said
from ari_app.flow.setting import Between, Count, Doc, Prompt, Variable

if TYPE_CHECKING:
    from ari_app.flow.events import Resumed
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Rating:
    """One question of a survey."""

    name: Annotated[Variable, Doc("The question's name in reports.")]
    prompt: Annotated[Prompt, Doc("The question, spoken.")] = "standard:survey/ask"


@dataclass(frozen=True)
class Survey(Node):
    """Asks how satisfied the caller is, one key an answer, usually after a talk.

    ```json
    {
      "type": "survey",
      "questions": [{"name": "service"}, {"name": "solved", "prompt": "was_it_solved"}],
      "lowest": 1,
      "highest": 5,
      "exits": {"done": "goodbye"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {
        "done": Exit("All questions are answered.", ends=True),
        "no_input": Exit("The caller stopped answering.", instead="done"),
    }

    questions: Annotated[tuple[Rating, ...], Count(1, 10), Doc("The questions, in order.")]
    lowest: Annotated[int, Between(0, 9), Doc("The worst answer.")] = 1
    highest: Annotated[int, Between(0, 9), Doc("The best answer.")] = 5
    timeout_seconds: Annotated[int, Between(1, 60), Doc("How long to wait for a key.")] = 5
    tries: Annotated[int, Between(1, 5), Doc("How often to ask each question.")] = 2
    thanks_prompt: Annotated[Prompt | None, Doc("Played after the last answer.")] = (
        "standard:survey/thanks"
    )

    def flaws(self) -> list[tuple[str, Said]]:
        return [("lowest", Said("is more than `highest`"))] if self.lowest > self.highest else []

    def enter(self, walk: Walk) -> None:
        walk.memory.update(asked=0, failures=0)
        self._ask(walk)

    def handle(self, walk: Walk, event: Event) -> None:
        if walk.memory["asked"] < len(self.questions):
            self._answered(walk, hear(walk, self._question(walk), event))
        elif isinstance(event, PlayFinished):
            walk.leave("done")

    def resume(self, walk: Walk, event: Resumed) -> None:
        if walk.memory["asked"] < len(self.questions):
            self._ask(walk)
        else:
            walk.leave("done")

    def _question(self, walk: Walk) -> Question:
        return Question((self.questions[walk.memory["asked"]].prompt,), self.timeout_seconds)

    def _ask(self, walk: Walk) -> None:
        self._answered(walk, ask(walk, self._question(walk)))

    def _answered(self, walk: Walk, key: str | None) -> None:
        if key is None:
            return
        memory = walk.memory
        if not (key.isdigit() and self.lowest <= int(key) <= self.highest):
            walk.run.digits = ""
            memory["failures"] += 1
            if memory["failures"] >= self.tries:
                walk.leave("no_input")
            else:
                self._ask(walk)
            return
        question = self.questions[memory["asked"]].name
        walk.entry("survey_answered", question=question, score=int(key))
        memory.update(asked=memory["asked"] + 1, failures=0)
        if memory["asked"] < len(self.questions):
            self._ask(walk)
        elif self.thanks_prompt is None:
            walk.leave("done")
        else:
            walk.play(self.thanks_prompt)
