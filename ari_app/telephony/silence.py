"""Silence for a caller to whom nothing is played, so that packets come all the time.

A caller who thinks about which key to press is in no bridge and hears no prompt. Asterisk sends
such a channel nothing, and a network may hang up on a line that seems dead. So silence is sent
meanwhile. It is a generator inside Asterisk, and goes on when we are gone.

Prompts, recordings and music take its place by themselves (22.10.1). But in a bridge it is sent
beside the others' sound, so it ends before a caller is added to one.
"""

from __future__ import annotations

import asyncio

import structlog

from ari_app.flow.run import Run
from ari_app.telephony.ari import Ari, ConnectionLost, Response
from ari_app.telephony.call import Call

log = structlog.get_logger(__name__)

_CALLER_GONE = (404, 409, 422)


def hears_nothing(run: Run) -> bool:
    """Return whether the run leaves the caller without prompt, recording, music and talk."""
    return (
        run.answered
        and run.outcome is None
        and run.playing is None
        and run.recording is None
        and not run.music
        and all(leg.state != "talking" for leg in run.legs.values())
    )


class Silence:
    """Begins and ends callers' silence."""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari

    def fill(self, call: Call) -> None:
        """Send silence if the turn that is just done leaves the caller nothing to hear."""
        if call.silence != "sent" and hears_nothing(call.run):
            call.silence = "sent"
            self._ask(call, "POST")

    def covered(self, call: Call) -> None:
        """A prompt or a recording takes the silence's place."""
        if call.silence == "sent":
            call.silence = "covered"

    def end(self, call: Call) -> None:
        """End it before the caller comes into a bridge."""
        if call.silence != "none":
            call.silence = "none"
            self._ask(call, "DELETE")

    def _ask(self, call: Call, method: str) -> None:
        answer = self._ari.request(method, f"channels/{call.channel}/silence", lane=call.id)
        answer.add_done_callback(_answered)


def _answered(answer: asyncio.Future[Response]) -> None:
    if answer.cancelled() or isinstance(answer.exception(), ConnectionLost):
        return
    response = answer.result()
    if response.status >= 400 and response.status not in _CALLER_GONE:
        log.warning("silence_refused", reason=f"{response.status} {response.reason}")
