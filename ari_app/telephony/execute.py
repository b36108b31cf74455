"""Commands → requests to Asterisk: one table, one short function a command.

Requests of one call travel on one lane, so Asterisk carries them out in the order in which they
are sent, and nothing here waits for an answer. 409 means that the thing was done before (ids are
the command's), 404 on taking something away that it is gone already: both are success.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import structlog

from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.media.raw_sound import FORM
from ari_app.telephony.ari import Ari, ConnectionLost, Response
from ari_app.telephony.call import Call, Talk
from ari_app.telephony.plays import Note, Plays
from ari_app.telephony.queues import Queues
from ari_app.telephony.shown import caller_id, forwarded_by
from ari_app.telephony.silence import Silence
from ari_app.telephony.talks import Talks

log = structlog.get_logger(__name__)

APP = "duudlaga"
TALK_BRIDGE = "mixing,dtmf_events,proxy_media"
"""A talk's bridge. Without the last two words 22.10.1 joins two people who are not recorded inside
the RTP engine, where no key is told, and what is played after the talk may not be heard."""

NOT_OURS = "Channel not in Stasis application"
"""Asterisk's words (422) for a channel that is gone, or that the dialplan has taken back."""

Post = Callable[[Call, e.Event], None]
Resolve = Callable[[str, str, str], str | None]


class Executor:
    """Does what the interpreter decided.

    ``resolve(client, language, item)`` gives Asterisk's media name for a play item or ``None``;
    ``post`` hands events back to the switchboard; ``on_doubt`` is to find out whether the caller is
    still ours, and to post the event if so. Both are set by whoever wires the parts together.
    ``note`` keeps an entry of the journal that belongs to no turn.
    """

    def __init__(
        self,
        ari: Ari,
        queues: Queues,
        talks: Talks,
        resolve: Resolve,
        note: Note,
        clock: Callable[[], float],
    ) -> None:
        self._ari = ari
        self._queues = queues
        self._talks = talks
        self._resolve = resolve
        self.post: Post = _nobody_listens
        self.on_doubt: Post = _nobody_listens
        self.plays = Plays(ari, note, self._answered, self._never_heard, clock)
        self._silence = Silence(ari)
        self.fill = self._silence.fill
        self._table: dict[type[c.Command], Callable[[Call, Any], None]] = {
            c.Answer: self._answer,
            c.Play: self._play,
            c.StopPlaying: self._stop_playing,
            c.StartMusic: self._start_music,
            c.StopMusic: self._stop_music,
            c.Record: self._record,
            c.StopRecording: self._stop_recording,
            c.JoinQueue: queues.join,
            c.LeaveQueue: queues.leave,
            c.RingAgent: self._ring_agent,
            c.RingNumber: self._ring_number,
            c.EndLeg: self._end_leg,
            c.Connect: self._connect,
            c.Disconnect: self._disconnect,
            c.ReleaseAgent: queues.release,
            c.HangUp: self._hang_up,
        }

    def do(self, call: Call, command: c.Command) -> None:
        """Send the command on its way."""
        self._table[type(command)](call, command)

    def let_go(self, call: Call) -> None:
        """Clear what Asterisk still holds for a call whose run is over."""
        self._talks.end(call)
        call.holding = False
        if call.room_made:
            call.room_made = False
            self._send(call, "DELETE", f"bridges/{call.waiting_room}")
        self._queues.forget(call)

    def end_talk(self, call: Call, leg: str) -> None:
        """The leg is gone, and with it the talk, if it was the one."""
        self._talks.end(call, leg)

    def leave(self, call: Call) -> None:
        """Clear what is held for a caller whom somebody else has now, agents included."""
        self.let_go(call)
        for leg in call.run.legs.values():
            self._send(call, "DELETE", f"channels/{leg.id}")
            if leg.agent is not None:
                result = "talked" if leg.state == "talking" else "cancelled"
                self._queues.release(call, c.ReleaseAgent(leg.id, leg.agent, result))

    def give_back(self, call: Call) -> None:
        """Send the caller to the dialplan's fallback, after a fault of ours."""
        self.leave(call)
        self._send(
            call,
            "POST",
            f"channels/{call.channel}/continue?context=fallback&extension=s&priority=1",
        )

    def _answer(self, call: Call, command: c.Answer) -> None:
        self._must(call, command.id, "POST", f"channels/{call.channel}/answer")

    def _play(self, call: Call, command: c.Play) -> None:
        media = []
        for item in command.items:
            found = self._resolve(call.client, command.language, item)
            if found is None:
                log.warning("prompt_missing", call=call.id, client=call.client, item=item)
            else:
                media.append(quote(found, safe=":/"))
        if media:
            self._silence.covered(call)
            self.plays.play(call, command, ",".join(media))
        else:
            self.plays.give_up(call, command, "there is no sound of it")

    def _stop_playing(self, call: Call, command: c.StopPlaying) -> None:
        self.plays.stop(call, command.play)

    def _never_heard(self, call: Call, play: str) -> None:
        self.post(call, e.PlayFinished(play, failed=True))

    def _start_music(self, call: Call, command: c.StartMusic) -> None:
        if call.holding:
            return  # resumed: the music plays on, and to begin it anew would begin with its silence
        call.holding = True
        room, channel = call.waiting_room, call.channel
        wanted = self._queues.music(call, command.music)
        if wanted != call.music:
            call.music = wanted
            music = urlencode({"variable": "CHANNEL(musicclass)", "value": wanted})
            self._must(call, command.id, "POST", f"channels/{channel}/variable?{music}")
        if not call.room_made:
            call.room_made = True
            self._must(call, command.id, "POST", f"bridges/{room}?type=holding")
        self._silence.end(call)
        # Without the role 22.10.1 plays nothing (test_a_waiting_caller_hears_music).
        add = f"bridges/{room}/addChannel?channel={channel}&role=holding_participant"
        self._must(call, command.id, "POST", add)

    def _stop_music(self, call: Call, command: c.StopMusic) -> None:
        if call.holding:
            call.holding = False
            # Asterisk answers when the caller is out, so what is played next is heard.
            room, channel = call.waiting_room, call.channel
            self._send(call, "POST", f"bridges/{room}/removeChannel?channel={channel}")

    def _record(self, call: Call, command: c.Record) -> None:
        self._silence.covered(call)
        options = {
            "name": command.id,
            "format": FORM,
            "maxDurationSeconds": command.max_seconds,
            "maxSilenceSeconds": command.silence_seconds,
            "beep": "true" if command.beep else "false",
            # Asterisk knows these two alone; another key is told, and the flow stops by itself.
            "terminateOn": command.finish_on if command.finish_on in ("#", "*") else "none",
            "ifExists": "overwrite",
        }
        uri = f"channels/{call.channel}/record?{urlencode(options)}"
        self._must(call, command.id, "POST", uri)

    def _stop_recording(self, call: Call, command: c.StopRecording) -> None:
        self._send(call, "POST", f"recordings/live/{command.record}/stop")

    def _ring_agent(self, call: Call, command: c.RingAgent) -> None:
        self._queues.ringing(call, command)
        endpoint = f"PJSIP/agent-{command.agent}"
        shown = call.run.caller_number or "anonymous"
        self._originate(call, command.leg, endpoint, command.ring_seconds, shown)

    def _ring_number(self, call: Call, command: c.RingNumber) -> None:
        digits = "".join(ch for ch in command.number if ch in "+0123456789")
        # The network takes a call from us with a number of ours alone, never with the caller's.
        endpoint, ours = f"PJSIP/{digits}@trunk", call.run.number
        self._originate(
            call, command.leg, endpoint, command.ring_seconds, ours, variables=forwarded_by(ours)
        )

    def _originate(
        self, call: Call, leg: str, endpoint: str, ring_seconds: float, shown: str, /, **body: Any
    ) -> None:
        options = {
            "endpoint": endpoint,
            "app": APP,
            "appArgs": f"leg,{call.id}",
            "timeout": max(1, round(ring_seconds)),
            "callerId": caller_id(call.client_name, shown),
            "originator": call.channel,
        }
        uri = f"channels/{leg}?{urlencode(options)}"
        answer = self._ari.request("POST", uri, body or None, lane=call.id)
        answer.add_done_callback(partial(self._originated, call, leg))

    def _originated(self, call: Call, leg: str, answer: asyncio.Future[Response]) -> None:
        trouble = complaint(answer, good=(409,))
        if trouble:
            log.info("leg_refused", call=call.id, leg=leg, reason=trouble)
            self.post(call, e.LegFailed(leg, "unreachable"))

    def _end_leg(self, call: Call, command: c.EndLeg) -> None:
        self._talks.end(call, command.leg)
        self._send(call, "DELETE", f"channels/{command.leg}")

    def _connect(self, call: Call, command: c.Connect) -> None:
        self._queues.talking(call, command.leg)
        talk = Talk(command.leg, f"{command.leg}-talk", command.recording)
        if call.talk is not None and call.talk.leg == command.leg:
            talk = call.talk  # recovery asks once more
        if not talk.joined:
            self._must(call, command.id, "POST", f"bridges/{talk.bridge}?type={TALK_BRIDGE}")
        self._talks.begin(call, talk, partial(self._join, call, talk, command.id))

    def _join(self, call: Call, talk: Talk, command: str) -> None:
        self._silence.end(call)
        add = f"bridges/{talk.bridge}/addChannel?channel={call.channel},{talk.leg}"
        self._must(call, command, "POST", add)
        call.holding = False  # the caller leaves the waiting room by being added elsewhere
        self.post(call, e.TalkDelayed(talk.leg))

    def _disconnect(self, call: Call, command: c.Disconnect) -> None:
        self._talks.end(call, command.leg)

    def _hang_up(self, call: Call, command: c.HangUp) -> None:
        call.hanging_up = True
        self._send(call, "DELETE", f"channels/{call.channel}?reason=normal")

    def _must(self, call: Call, command: str, method: str, uri: str) -> None:
        """Send a request whose refusal the run must hear of."""
        answer = self._ari.request(method, uri, lane=call.id)
        answer.add_done_callback(partial(self._answered, call, command))

    def _answered(self, call: Call, command: str, answer: asyncio.Future[Response]) -> None:
        trouble = complaint(answer, good=(409,))
        if trouble is None:
            return
        if NOT_OURS in trouble:
            # Whose channel is meant, the caller's or a leg's, Asterisk does not say.
            self.on_doubt(call, e.CommandFailed(command, trouble))
        else:
            self.post(call, e.CommandFailed(command, trouble))

    def _send(self, call: Call, method: str, uri: str) -> None:
        """Send a request that takes something away; that it is gone already is fine."""
        answer = self._ari.request(method, uri, lane=call.id)
        answer.add_done_callback(partial(_taken_away, call.id, uri))


def complaint(answer: asyncio.Future[Response], good: tuple[int, ...]) -> str | None:
    """Return what went wrong with a request, in Asterisk's words, or ``None``.

    A lost connection is no complaint: recovery does again what was not done.
    """
    if answer.cancelled():
        return None
    error = answer.exception()
    if error is not None:
        if isinstance(error, ConnectionLost):
            return None
        raise error
    response = answer.result()
    if response.status < 400 or response.status in good:
        return None
    return f"{response.status} {response.reason}"


def _taken_away(call: str, uri: str, answer: asyncio.Future[Response]) -> None:
    trouble = complaint(answer, good=(404, 409))
    if trouble:
        log.warning("request_refused", call=call, uri=uri, reason=trouble)


def _nobody_listens(call: Call, event: e.Event) -> None:
    raise RuntimeError(f"executor without a switchboard: {event} of call {call.id}")
