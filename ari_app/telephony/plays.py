"""Prompts on their way to the caller: each is seen to begin, or is played again, once.

Asterisk may accept a play and drop it without an event, as 22.10.1 does when the channel is still
on its way out of a bridge. The caller would then hear nothing until the interpreter's own limit. So
a play that has not begun after a second is looked for: one that is gone is played again, and one
that is gone twice counts as failed, so that the flow goes on.

The journal says ``prompt_played`` when the sound began, and ``prompt_silent`` when it never did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Literal

import structlog

from ari_app.flow import commands as c
from ari_app.flow.entries import Entry
from ari_app.telephony.ari import Ari, ConnectionLost, Response
from ari_app.telephony.call import Call, Play

log = structlog.get_logger(__name__)

BEGIN_SECONDS = 1.0
"""A play begins within a few milliseconds; after this time it is looked for."""

MOST_LOOKS = 5
"""So often a play that waits in Asterisk is looked for before it is taken for lost."""

_AGAIN = "-again"

Fate = Literal["began", "waits", "lost"]
Note = Callable[[str, str, Entry], None]
Answered = Callable[[Call, str, asyncio.Future[Response]], None]
Failed = Callable[[Call, str], None]


def fate(status: int, state: str) -> Fate:
    """Return what became of a play, by Asterisk's answer about it: HTTP status, and its state."""
    if status == 404:
        return "lost"
    return "began" if state in ("playing", "continuing", "paused") else "waits"


class Plays:
    """Plays to callers, one prompt at a time each.

    ``note(call, client, entry)`` keeps an entry, ``answered`` takes Asterisk's answer to the play
    of a command (by its id), ``failed`` hears of a command whose sound never began. ``repeated``
    counts the plays that were lost and played again.
    """

    def __init__(
        self,
        ari: Ari,
        note: Note,
        answered: Answered,
        failed: Failed,
        clock: Callable[[], float],
    ) -> None:
        self._ari = ari
        self._note = note
        self._clock = clock
        self._answered = answered
        self._failed = failed
        self.repeated = 0

    def play(self, call: Call, command: c.Play, media: str) -> None:
        """Play ``media``, Asterisk's names of the command's items, separated by commas."""
        call.play = Play(command, media, command.id)
        self._ask(call, call.play)

    def give_up(self, call: Call, command: c.Play, reason: str) -> None:
        """The command's sound will never be heard: say so, and let the flow go on."""
        self._say_silent(call, command, self._clock(), reason)
        self._failed(call, command.id)

    def stop(self, call: Call, command: str) -> None:
        """Stop the play of this command, wherever it is."""
        play = call.play
        playback = command
        if play is not None and play.command.id == command:
            playback = play.playback
            _forget(call)
        answer = self._ari.request("DELETE", f"playbacks/{playback}", lane=call.id)
        answer.add_done_callback(partial(_stopped, call.id, playback))

    def began(self, call: Call, playback: str, at: float) -> None:
        """The sound of this playback began at this moment, in Unix seconds."""
        play = call.play
        if play is None or play.playback != playback or play.began:
            return
        play.began = True
        _silence(play.timer)
        self._note(call.id, call.client, Entry("prompt_played", at, _facts(play.command)))

    def finished(self, call: Call, playback: str, at: float) -> str | None:
        """The playback is over: return its command's id, ``None`` if another took its place."""
        play = call.play
        if play is None or play.command.id != playback.removesuffix(_AGAIN):
            return playback.removesuffix(_AGAIN)
        if play.playback != playback:
            return None
        if not play.began:
            self._say_silent(call, play.command, at, "Asterisk could not play it")
        _forget(call)
        return play.command.id

    def _ask(self, call: Call, play: Play) -> None:
        uri = f"channels/{call.channel}/play/{play.playback}?media={play.media}"
        answer = self._ari.request("POST", uri, lane=call.id)
        answer.add_done_callback(partial(self._answered, call, play.command.id))
        self._watch(call, play)

    def _watch(self, call: Call, play: Play) -> None:
        loop = asyncio.get_running_loop()
        play.timer = loop.call_later(BEGIN_SECONDS, self._look, call, play)

    def _look(self, call: Call, play: Play) -> None:
        if call.play is play and call.held and not call.hanging_up:
            play.looks += 1
            answer = self._ari.request("GET", f"playbacks/{play.playback}", lane=call.id)
            answer.add_done_callback(partial(self._looked, call, play))

    def _looked(self, call: Call, play: Play, answer: asyncio.Future[Response]) -> None:
        if call.play is not play or play.began or answer.cancelled():
            return
        error = answer.exception()
        if error is not None:
            if isinstance(error, ConnectionLost):
                return  # recovery plays it anew
            raise error
        response = answer.result()
        state = response.json().get("state", "") if response.status < 400 else ""
        found = fate(response.status, state)
        log.warning("play_late", call=call.id, play=play.playback, found=found, looks=play.looks)
        if found == "began":
            return  # its event is on the way
        if found == "waits" and play.looks < MOST_LOOKS:
            self._watch(call, play)
        elif play.playback == play.command.id:
            self._play_again(call, play)
        else:
            _forget(call)
            self.give_up(call, play.command, "Asterisk lost it twice")

    def _say_silent(self, call: Call, command: c.Play, at: float, reason: str) -> None:
        facts = {**_facts(command), "reason": reason}
        self._note(call.id, call.client, Entry("prompt_silent", at, facts))

    def _play_again(self, call: Call, play: Play) -> None:
        self.repeated += 1
        gone = self._ari.request("DELETE", f"playbacks/{play.playback}", lane=call.id)
        gone.add_done_callback(partial(_stopped, call.id, play.playback))
        play.playback, play.looks = play.command.id + _AGAIN, 0
        self._ask(call, play)


def _facts(command: c.Play) -> dict[str, object]:
    return {"node": command.node, "items": list(command.items)}


def _forget(call: Call) -> None:
    if call.play is not None:
        _silence(call.play.timer)
        call.play = None


def _silence(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def _stopped(call: str, playback: str, answer: asyncio.Future[Response]) -> None:
    if answer.cancelled() or answer.exception() is not None:
        return
    if answer.result().status not in (204, 200, 404, 409):
        log.warning("play_not_stopped", call=call, play=playback, reason=answer.result().reason)
