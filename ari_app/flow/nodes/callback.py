"""The node type ``callback``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow import spoken
from ari_app.flow.ask import Question, ask, hear
from ari_app.flow.ending import promise
from ari_app.flow.events import Event, PlayFinished, Resumed
from ari_app.flow.node import Exit, Node
from ari_app.flow.said import Said
from ari_app.flow.setting import Between, CountryCode, Doc, Key, Prompt, QueueSlug

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

_LOCAL_DIGITS = 8

_MONGOLIA = "976"
_MONGOLIAN_DIGITS = 8
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15
"""Of a whole international number: E.164 allows 15; the shortest in use have 8."""


def _is_possible(number: str) -> bool:
    """Whether these digits, with the country's in front, can be somebody's number."""
    if number.startswith(_MONGOLIA):
        own = number.removeprefix(_MONGOLIA)
        return len(own) == _MONGOLIAN_DIGITS and own[0] != "0"
    return _FEWEST_DIGITS <= len(number) <= _MOST_DIGITS


@dataclass(frozen=True)
class Callback(Node):
    """Promises the caller a call back, in place of waiting.

    The caller's number is read back: 1 accepts it, 2 enters another one, `refuse_key` takes the
    offer back: then the caller is owed no call, however this one ends. A withheld number is asked
    for, and one that nobody can have is asked for again. The place in the line is kept by the time
    at which the caller began to wait.

    ```json
    {
      "type": "callback",
      "queue": "reception",
      "country_code": "976",
      "exits": {"booked": "goodbye", "refused": "reception", "max_tries": "voicemail"}
    }
    ```
    """

    EXITS: ClassVar[dict[str, Exit]] = {
        "booked": Exit("The call back is booked.", ends=True),
        "refused": Exit("The caller does not want it, or cannot be called back."),
        "max_tries": Exit("No number after `tries` rounds.", instead="refused"),
    }

    queue: Annotated[
        QueueSlug | None,
        Doc("The queue whose agents call back; without one, the queue in which the caller waited."),
    ] = None
    prompt: Annotated[
        Prompt | None,
        Doc("The offer, played first; with `confirm` off it is for callers without a number only."),
    ] = "standard:callback/offer"
    confirm: Annotated[bool, Doc("Read the number back and ask whether it is right.")] = True
    other_number: Annotated[bool, Doc("Whether another number can be entered.")] = True
    country_code: Annotated[
        CountryCode, Doc("The country of numbers entered without one, its digits alone.")
    ] = "976"
    refuse_key: Annotated[Key, Doc("The key that takes the offer back.")] = "0"
    timeout_seconds: Annotated[int, Between(1, 60), Doc("How long to wait for a key.")] = 7
    tries: Annotated[int, Between(1, 10), Doc("How many rounds.")] = 3
    booked_prompt: Annotated[Prompt | None, Doc("Played when the call back is booked.")] = (
        "standard:callback/booked"
    )

    def flaws(self) -> list[tuple[str, Said]]:
        if self.confirm and self.refuse_key == "1":
            return [("refuse_key", Said("1 accepts the number; write another key"))]
        if self.confirm and self.other_number and self.refuse_key == "2":
            return [("refuse_key", Said("2 asks for another number; write another key"))]
        return []

    def leaves_at_once(self) -> bool:
        return not self.other_number or (not self.confirm and self.booked_prompt is None)

    def enter(self, walk: Walk) -> None:
        walk.run.sought = True
        walk.memory.update(failures=0, number=walk.run.caller_number)
        offer = (self.prompt,) if self.prompt is not None else ()
        if walk.run.caller_number and not self.confirm:
            self._book(walk)
        else:
            self._ask(walk, offer)

    def handle(self, walk: Walk, event: Event) -> None:
        if walk.memory.get("booked"):
            if isinstance(event, PlayFinished):
                walk.leave("booked")
        elif walk.memory["number"]:
            self._confirmed(walk, hear(walk, self._check(walk), event))
        else:
            self._entered(walk, hear(walk, self._entry(), event))

    def resume(self, walk: Walk, event: Resumed) -> None:
        if walk.memory.get("booked"):
            walk.leave("booked")
        else:
            self._ask(walk)

    def _check(self, walk: Walk, before: tuple[str, ...] = ()) -> Question:
        number = spoken.phone(walk.memory["number"], walk.run.language)
        items = (*before, "standard:callback/number_is", *number, "standard:callback/confirm")
        return Question(items, self.timeout_seconds)

    def _entry(self, before: tuple[str, ...] = ()) -> Question:
        items = (*before, "standard:callback/enter_number")
        return Question(items, self.timeout_seconds, most=18, finish="#", pause_seconds=5)

    def _ask(self, walk: Walk, before: tuple[str, ...] = ()) -> None:
        if walk.memory["number"]:
            self._confirmed(walk, ask(walk, self._check(walk, before)))
        elif self.other_number:
            self._entered(walk, ask(walk, self._entry(before)))
        else:
            walk.leave("refused")

    def _confirmed(self, walk: Walk, key: str | None) -> None:
        if key is None:
            return
        if key:
            walk.entry("digits_received", node=walk.name, digits=key)
        if key == "1":
            self._book(walk)
        elif key == self.refuse_key:
            self._refused(walk)
        elif key == "2" and self.other_number:
            walk.memory["number"] = None
            self._ask(walk)
        else:
            self._failed(walk, "standard:no_match" if key else "standard:no_input")

    def _entered(self, walk: Walk, digits: str | None) -> None:
        if digits is None:
            return
        if digits:
            walk.entry("digits_received", node=walk.name, digits=digits)
        if digits == self.refuse_key:
            self._refused(walk)
            return
        number = self._e164(digits)
        if number is None:
            self._failed(walk, "standard:callback/invalid" if digits else "standard:no_input")
            return
        walk.memory["number"] = number
        if self.confirm:
            self._ask(walk)
        else:
            self._book(walk)

    def _refused(self, walk: Walk) -> None:
        walk.run.callback_refused = True
        walk.leave("refused")

    def _failed(self, walk: Walk, complaint: str) -> None:
        walk.run.digits = ""
        walk.memory["failures"] += 1
        if walk.memory["failures"] >= self.tries:
            walk.leave("max_tries")
        else:
            self._ask(walk, (complaint,))

    def _e164(self, digits: str) -> str | None:
        """Return what was entered in E.164, or ``None``: 99112233, 0 30 1234567 or 00 49 30 …"""
        if not digits.isdigit():
            return None
        code = self.country_code
        if digits.startswith("00"):
            number = digits[2:]
        elif digits.startswith(code) and len(digits) >= len(code) + _LOCAL_DIGITS:
            number = digits
        else:
            number = code + digits.removeprefix("0")
        return f"+{number}" if _is_possible(number) else None

    def _book(self, walk: Walk) -> None:
        promise(walk, "key", walk.memory["number"], self.queue)
        walk.run.callback_booked, walk.run.callback_refused = True, False
        walk.memory["booked"] = True
        if self.booked_prompt is None:
            walk.leave("booked")
        else:
            walk.play(self.booked_prompt)
