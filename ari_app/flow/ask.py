"""A question to the caller, answered with keys; menus, number entry and surveys are made of it.

``ask`` begins it and ``hear`` continues it. Both return the keys once the answer is complete, the
empty text when the caller pressed nothing in time, and ``None`` as long as the caller is busy
listening or typing. Keys typed before the question are its answer, and then it is not played.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ari_app.flow.events import DtmfReceived, Event, PlayFinished, WaitTimedOut

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Question:
    """What is played, and which keys are an answer to it.

    The answer is complete with ``most`` keys, with the ``finish`` key, or when the caller pauses
    for ``pause_seconds``. ``timeout_seconds`` is the time for the first key.
    """

    items: tuple[str, ...]
    timeout_seconds: float
    most: int = 1
    finish: str = ""
    pause_seconds: float = 3
    barge_in: bool = True


def ask(walk: Walk, question: Question) -> str | None:
    """Put the question."""
    walk.memory[HEARD] = ""
    if walk.run.digits:
        return _typed(walk, question)
    if question.items:
        walk.play(*question.items)
    else:
        walk.wait("digits", question.timeout_seconds)
    return None


def hear(walk: Walk, question: Question, event: Event) -> str | None:
    """Take in an event while the question waits for its answer."""
    if isinstance(event, DtmfReceived):
        walk.keep_digit(event.digit)
        if walk.run.playing is not None and not question.barge_in:
            return None
        return _typed(walk, question)
    if isinstance(event, PlayFinished):
        if walk.run.digits:
            return _typed(walk, question)
        walk.wait("digits", question.timeout_seconds)
    elif isinstance(event, WaitTimedOut):
        return _answer(walk)
    return None


def _typed(walk: Walk, question: Question) -> str | None:
    """Take the keys that the caller typed, as far as this question needs them."""
    run = walk.run
    walk.stop_playing()
    heard: str = walk.memory[HEARD]
    while run.digits:
        digit, run.digits = run.digits[0], run.digits[1:]
        if question.most > 1 and digit == question.finish:
            walk.memory[HEARD] = heard
            return _answer(walk) or question.finish
        heard += digit
        if len(heard) >= question.most:
            walk.memory[HEARD] = heard
            return _answer(walk)
    walk.memory[HEARD] = heard
    walk.wait("digits", question.pause_seconds)
    return None


def _answer(walk: Walk) -> str:
    heard: str = walk.memory[HEARD]
    walk.memory[HEARD] = ""
    return heard
