"""The node type ``language``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow import spoken
from ari_app.flow.ask import Question, ask, hear
from ari_app.flow.flow_error import FlowError
from ari_app.flow.node import Exit, Node
from ari_app.flow.said import Said
from ari_app.flow.setting import Between, Count, Doc, Key, LanguageCode, Prompt

if TYPE_CHECKING:
    from ari_app.flow.events import Event, Resumed
    from ari_app.flow.walk import Walk


@dataclass(frozen=True)
class Language(Node):
    """Sets the language of all that the caller hears from now on.

    Either `language` sets it at once, or `choices` lets the caller choose with a key. Who does not
    choose keeps the language that was spoken. The house speaks Mongolian (`mn`), English (`en`) and
    Russian (`ru`); another language is refused. A prompt of the client that is not there in the
    caller's language is heard in the client's.

    ```json
    {
      "type": "language",
      "choices": {"1": "mn", "2": "en", "3": "ru"},
      "exits": {"done": "menu"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {
        "done": Exit("The language is set."),
        "no_input": Exit("The caller did not choose.", instead="done"),
    }

    language: Annotated[LanguageCode | None, Doc("The language to set at once.")] = None
    choices: Annotated[dict[Key, LanguageCode], Count(0, 12), Doc("Language by key.")] = field(
        default_factory=dict
    )
    prompt: Annotated[
        Prompt | None, Doc("The choices, spoken; each language offers itself, when left out.")
    ] = None
    timeout_seconds: Annotated[
        int, Between(1, 60), Doc("How long to wait for a key after the prompt.")
    ] = 5
    tries: Annotated[int, Between(1, 10), Doc("How often to ask.")] = 2

    def flaws(self) -> list[tuple[str, Said]]:
        if self.language is None and not self.choices:
            return [("choices", Said("write either `choices` or `language`"))]
        return []

    def leaves_at_once(self) -> bool:
        return not self.choices

    def enter(self, walk: Walk) -> None:
        walk.memory["failures"] = 0
        if self.choices:
            self._chosen(walk, ask(walk, self._question()))
        elif self.language is not None:
            self._set(walk, self.language)
        else:
            raise FlowError(f"node {walk.name}: has neither choices nor language")

    def handle(self, walk: Walk, event: Event) -> None:
        self._chosen(walk, hear(walk, self._question(), event))

    def resume(self, walk: Walk, event: Resumed) -> None:
        self._chosen(walk, ask(walk, self._question()))

    def _question(self) -> Question:
        offers = (spoken.offer(*choice) for choice in self.choices.items())
        items = (self.prompt,) if self.prompt else tuple(item for each in offers for item in each)
        return Question(items, self.timeout_seconds)

    def _chosen(self, walk: Walk, key: str | None) -> None:
        if key is None:
            return
        if key:
            walk.entry("digits_received", node=walk.name, digits=key)
        language = self.choices.get(key)
        if language is not None:
            self._set(walk, language)
            return
        walk.run.digits = ""
        walk.memory["failures"] += 1
        if walk.memory["failures"] >= self.tries:
            walk.leave("no_input")
        else:
            ask(walk, self._question())

    def _set(self, walk: Walk, language: str) -> None:
        walk.run.language = language
        walk.entry("language_set", language=language)
        walk.leave("done")
