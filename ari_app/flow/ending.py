"""The end of a call: everything is let go of, and the outcome is written, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari_app.flow import commands as c
from ari_app.flow import line, outcome, recorded, ring, talk
from ari_app.flow.unassigned import HOUSE

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

MESSAGE_SECONDS = 2.0
"""Who hangs up in the middle of a message left one if it is at least so long."""

_LEFT_QUEUE = {"caller": "hung_up", "caller_lost": "caller_lost", "pbx": "cut"}
_TALK_ENDED = {"caller": "caller", "caller_lost": "caller_lost", "pbx": "cut"}


def let_go(walk: Walk, by: str) -> None:
    """End legs, leave the line and end the recording; the call itself stays."""
    run = walk.run
    leg = talk.talking(walk)
    if leg is not None:
        talk.end(walk, leg, _TALK_ENDED.get(by, "caller"), alive=True)
    ring.miss_all(walk, "cancelled")
    line.leave(walk, _LEFT_QUEUE.get(by, "failed"))
    if run.recording is not None:
        recorded.stop(walk)
        recorded.keep(walk, recorded.so_far(walk), MESSAGE_SECONDS)


def finish(walk: Walk, by: str, reason: str, ended_as: str | None = None) -> None:
    """End the call. ``by`` is one of those in :mod:`entries`; ``reason`` is for people who read it.

    ``ended_as`` is the outcome where no rule has to find it.
    """
    run = walk.run
    talking = talk.talking(walk) is not None
    node = walk.name
    let_go(walk, by)
    result = ended_as or outcome.decide(run, by, walk.flow.short_abandon_seconds, talking=talking)
    refused = run.callback_refused and not run.callback_booked
    if result in outcome.MISSED and not refused:
        promise(walk, "cut" if result == "cut" else "missed")
    if not walk.gone:
        walk.stop_playing()
        walk.commands.append(c.HangUp(walk.new_id()))
    run.outcome = result
    run.wait = None
    run.playing = None
    walk.exit = None
    facts = {"callback": "refused"} if refused else {}
    walk.entry("call_ended", outcome=result, by=by, reason=reason, node=node, **facts)


def promise(walk: Walk, reason: str, number: str | None = None, queue: str | None = None) -> None:
    """Journal that the caller is owed a call back, on ``number`` or the one that called.

    Who dialled a number that nobody owns is owed none.
    """
    run = walk.run
    if run.client == HOUSE:
        return
    walk.entry(
        "callback_booked",
        number=number or run.caller_number,
        queue=queue or run.last_queue,
        reason=reason,
        language=run.language,
        queued_at=run.queued_at,
    )
