"""The node type ``say``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow import spoken
from ari_app.flow.events import DtmfReceived, Event, PlayFinished
from ari_app.flow.node import Exit, Node
from ari_app.flow.said import Said, shown
from ari_app.flow.setting import Count, Doc, OneOf, Template
from ari_app.flow.template import expand

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_PROMPT = re.compile(r"standard:[a-z0-9_/-]{1,80}|[a-z0-9][a-z0-9_-]{0,62}")


_EXAMPLES = {
    "prompt": "welcome",
    "number": '"42"',
    "digits": '"1234"',
    "phone": '"+97699112233"',
    "date": '"2026-01-31"',
    "time": '"09:00"',
}


@dataclass(frozen=True)
class Part:
    """One thing to say."""

    kind: Annotated[
        str,
        OneOf("prompt", "number", "digits", "phone", "date", "time"),
        Doc(
            "`prompt` plays a prompt by its slug; `number` says a whole number, `digits` one key "
            "after another, `phone` a phone number, `date` 2026-01-31, `time` 09:00."
        ),
    ]
    value: Annotated[Template, Doc("What to say; `${name}` stands for a variable.")]

    @property
    def role(self) -> str:
        """What the value names: a prompt, when the part is one and no variable stands in it."""
        return "prompt" if self.kind == "prompt" and "${" not in self.value else ""

    def items(self, text: str, language: str) -> tuple[str, ...]:
        """Return the play items for ``text``, none for one that is not of this kind."""
        if self.kind == "digits":
            return spoken.digits(text[:40], language)
        if self.kind == "phone":
            return spoken.phone(text[:20], language)
        if self.kind == "number":
            return spoken.number(int(text), language) if _NUMBER.fullmatch(text) else ()
        if self.kind == "date":
            date = _DATE.fullmatch(text)
            return spoken.date(int(date[1]), int(date[2]), int(date[3]), language) if date else ()
        if self.kind == "time":
            time = _TIME.fullmatch(text)
            return spoken.time(int(time[1]), int(time[2]), language) if time else ()
        return (text,) if _PROMPT.fullmatch(text) else ()


@dataclass(frozen=True)
class Say(Node):
    """Speaks numbers, dates, times and prompts one after another, from variables too.

    A value that is not of its part's kind, such as an empty variable, is left out.

    ```json
    {
      "type": "say",
      "parts": [
        {"kind": "prompt", "value": "we_open_on"},
        {"kind": "date", "value": "${opens_date}"},
        {"kind": "time", "value": "${opens_time}"}
      ],
      "exits": {"done": "voicemail"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {"done": Exit("All is said, or a key ended it.")}

    parts: Annotated[tuple[Part, ...], Count(1, 20), Doc("What to say, in this order.")]
    barge_in: Annotated[bool, Doc("Whether a key ends it early.")] = True

    def flaws(self) -> list[tuple[str, Said]]:
        return [
            (
                f"parts.{n}.value",
                Said("`{value}` cannot be said as a {kind}; write it like {example}",
                     value=shown(part.value), kind=part.kind, example=_EXAMPLES[part.kind]),
            )
            for n, part in enumerate(self.parts)
            if "${" not in part.value and not part.items(part.value.strip(), "en")
        ]  # fmt: skip

    def enter(self, walk: Walk) -> None:
        run = walk.run
        items = [
            item
            for part in self.parts
            for item in part.items(expand(run, part.value).strip(), run.language)
        ]
        if items:
            walk.play(*items)
        else:
            walk.leave("done")

    def handle(self, walk: Walk, event: Event) -> None:
        if isinstance(event, PlayFinished):
            walk.leave("done")
        elif isinstance(event, DtmfReceived):
            walk.keep_digit(event.digit)
            if self.barge_in:
                walk.stop_playing()
                walk.leave("done")
