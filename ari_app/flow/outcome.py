"""How a call ended: decided here, once, by one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ari_app.flow.run import Run

MISSED = ("abandoned", "short_abandon", "cut", "refused")
"""Outcomes of a call that nobody took: each gets a callback."""

BEHIND_A_MESSAGE = (*MISSED, "self_served", "callback")
"""Outcomes that a message replaces, by the rule of :func:`decide`. The dialplan takes one without
the interpreter, which may have ended the call, or be about to, and knows nothing of it."""


def decide(run: Run, by: str, short_abandon_seconds: int, *, talking: bool = False) -> str:
    """Return the outcome of a call that ``by`` (see :mod:`ari_app.flow.entries`) ended just now.

    What the caller got counts before how the call ended, except that a talk which Asterisk's death
    broke off (``talking``) is cut: it was not finished, and somebody has to ring back. A hang-up
    before any queue is abandoned, never short: the short abandon is a figure of queues.
    """
    if by == "pbx" and talking:
        return "cut"
    if run.talked or run.message_left is not None or run.callback_booked:
        return "answered" if run.talked else run.message_left or "callback"
    if by == "flow" and not run.sought:
        return "self_served"
    waited = run.waited_seconds
    if by == "caller" and waited is not None and waited < short_abandon_seconds:
        return "short_abandon"
    return "cut" if by == "pbx" else "abandoned"
