"""Asterisk's events → the runs' events: one table, one short function an event.

Every id that we give to Asterisk begins with the id of its call, so the call of a playback, a
recording or a leg is read off its name.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from ari_app.flow import events as e
from ari_app.journal.ended_legs import was_lost
from ari_app.snapshot.incoming import Incoming
from ari_app.telephony import ari
from ari_app.telephony.call import Call
from ari_app.telephony.call_names import call_of
from ari_app.telephony.causes import failed_because
from ari_app.telephony.execute import Executor
from ari_app.telephony.intake import Intake
from ari_app.telephony.switchboard import Switchboard

log = structlog.get_logger(__name__)

_LINE_IS_SILENT = 1
"""AST_SOFTHANGUP_DEV: with this "cause" 22.10.1 asks for the end of a channel whose rtp_timeout
passed (test_silent_line.py). The true cause, 44, is only in cel.jsonl, and too late for us."""


class Inbound:
    """Hears Asterisk out. ``__call__`` takes each event in the order in which they come.

    ``our_time`` turns a moment by Asterisk's clock into one by ours.
    """

    def __init__(
        self,
        asterisk: ari.Ari,
        switchboard: Switchboard,
        intake: Intake,
        executor: Executor,
        our_time: Callable[[float], float],
    ) -> None:
        self._ari = asterisk
        self._switchboard = switchboard
        self._intake = intake
        self._executor = executor
        self._our_time = our_time
        self._tasks: set[asyncio.Task[None]] = set()
        self._table: dict[type[Any], Callable[[Any], None]] = {
            ari.StasisStart: self._came,
            ari.StasisEnd: self._left,
            ari.ChannelHangupRequest: self._hang_up_asked,
            ari.ChannelDestroyed: self._gone,
            ari.ChannelDtmfReceived: self._key,
            ari.PlaybackStarted: self._begins,
            ari.PlaybackFinished: self._played,
            ari.RecordingFinished: self._recorded,
            ari.RecordingFailed: self._not_recorded,
        }

    def __call__(self, event: ari.AriEvent) -> None:
        """Handle one event."""
        handler = self._table.get(type(event))
        if handler is not None:
            handler(event)

    def _came(self, event: ari.StasisStart) -> None:
        if event.args and event.args[0] == "leg":
            self._leg_answered(event.channel.id)
            return
        if event.replace_channel is not None or not event.args:
            self._intruded(event)
            return
        if self._switchboard.may_act():
            self._intake.accept(event.channel, Incoming.parse(",".join(event.args)))
        # Else the event may be old, and the caller with the fallback by now: recovery takes in
        # every caller who is still there.

    def _intruded(self, event: ari.StasisStart) -> None:
        """Hang up who came neither by the dialplan nor because we rang.

        An INVITE with Replaces takes a channel's place in a talk and leaves that channel up, alone
        (22.10.1, whatever allow_transfer says). If that was an agent's leg, it ends as well, and
        the caller goes on in the flow.
        """
        log.warning("intruder_hung_up", channel=event.channel.name)
        intruders = [event.channel.id]
        replaced = event.replace_channel.id if event.replace_channel else ""
        if call_of(replaced) is not None:
            intruders.append(replaced)
        for channel in intruders:
            self._ari.request("DELETE", f"channels/{channel}", lane=channel)

    def _leg_answered(self, leg: str) -> None:
        call = self._call_of(leg)
        if call is None:
            # The caller left, or somebody else answered, in the moment in which this one did.
            self._ari.request("DELETE", f"channels/{leg}", lane=leg)
            return
        call.answered_legs.add(leg)
        self._switchboard.post(call, e.LegAnswered(leg))

    def _hang_up_asked(self, event: ari.ChannelHangupRequest) -> None:
        call = self._switchboard.by_channel(event.channel.id)
        if call is not None and not call.hanging_up:
            call.lost = event.soft and event.cause == _LINE_IS_SILENT
            call.hanging_up = True

    def _left(self, event: ari.StasisEnd) -> None:
        call = self._switchboard.by_channel(event.channel.id)
        if call is None:
            return
        if call.hanging_up:
            self._caller_gone(call, event)
        else:
            # Taken away by the lease, or gone without a word: Asterisk knows which.
            self._lost(call)

    def doubt(self, call: Call, event: e.Event | None = None) -> None:
        """Find out whether the caller is still in our hands; post the event, if any, if so."""
        if call.held:
            self._soon(self._look_after(call, event, lost=False))

    def _lost(self, call: Call) -> None:
        """The caller is not in our hands any more: do nothing for the call but find out why."""
        if call.held:
            call.held = False
            self._executor.leave(call)
            self._soon(self._look_after(call, None, lost=True))

    def _soon(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_after(self, call: Call, event: e.Event | None, *, lost: bool) -> None:
        try:
            answer = await self._ari.request("GET", f"channels/{call.channel}", lane=call.id)
        except ari.ConnectionLost:
            return  # recovery looks at every open run when the connection stands again
        if self._switchboard.get(call.id) is not call:
            return
        if answer.status == 404:
            self._switchboard.post(call, e.CallerHungUp())
        elif answer.status >= 400:
            log.warning("caller_not_found_out", call=call.id, reason=answer.reason)
        elif not lost and answer.json()["dialplan"]["app_name"] == "Stasis":
            if event is not None:
                self._switchboard.post(call, event)
        else:
            # The fallback goes on with the run, and writes its end.
            log.warning("caller_left_to_fallback", call=call.id, client=call.client)
            self._switchboard.drop(call)
            if call.held:
                call.held = False
                self._executor.leave(call)

    def _gone(self, event: ari.ChannelDestroyed) -> None:
        channel = event.channel.id
        call = self._switchboard.by_channel(channel)
        if call is not None:
            self._caller_gone(call, event)
            return
        call = self._call_of(channel)
        if call is None:
            return
        if channel in call.answered_legs:
            call.answered_legs.discard(channel)
            lost = self._never_joined(call, channel) or was_lost(event.cause)
            self._executor.end_talk(call, channel)
            self._switchboard.post(call, e.LegHungUp(channel, lost, self._when(event)))
        else:
            self._switchboard.post(call, e.LegFailed(channel, failed_because(event.cause)))

    def _caller_gone(self, call: Call, event: ari.ChannelDestroyed | ari.StasisEnd) -> None:
        if call.talk is not None:
            self._never_joined(call, call.talk.leg)
        call.held = False
        self._switchboard.post(call, e.CallerHungUp(self._when(event), lost=call.lost))

    def _never_joined(self, call: Call, leg: str) -> bool:
        """Return whether the leg answered, and ended or was left before it heard the caller."""
        never = call.talk is not None and call.talk.leg == leg and not call.talk.joined
        if never:
            self._switchboard.post(call, e.TalkDelayed(leg))
        return never

    def _when(self, event: ari.ChannelDestroyed | ari.StasisEnd) -> float | None:
        """When Asterisk saw it, by our clock: after a stand-still that was a while ago."""
        return self._our_time(event.at) if event.at else None

    def _key(self, event: ari.ChannelDtmfReceived) -> None:
        call = self._switchboard.by_channel(event.channel.id)
        if call is None:
            return
        at, held = event.at or time.time(), event.duration_ms / 1000
        if not call.presses.again(event.digit, at, held):
            self._switchboard.post(call, e.DtmfReceived(event.digit))

    def _begins(self, event: ari.PlaybackStarted) -> None:
        call = self._call_of(event.playback.id)
        if call is not None:
            self._executor.plays.began(call, event.playback.id, self._our_time(event.at))

    def _played(self, event: ari.PlaybackFinished) -> None:
        call = self._call_of(event.playback.id)
        # A play that breaks off because the caller hangs up is no failure of the prompt.
        if call is None or call.hanging_up:
            return
        play = self._executor.plays.finished(call, event.playback.id, self._our_time(event.at))
        if play is not None:
            failed = event.playback.state == "failed"
            self._switchboard.post(call, e.PlayFinished(play, failed))

    def _recorded(self, event: ari.RecordingFinished) -> None:
        recording = event.recording
        call = self._call_of(recording.name)
        if call is not None:
            seconds = float(recording.duration)
            self._switchboard.post(call, e.RecordFinished(recording.name, seconds))

    def _not_recorded(self, event: ari.RecordingFailed) -> None:
        name = event.recording.name
        log.error("message_not_recorded", recording=name, reason=event.recording.cause)
        call = self._call_of(name)
        if call is not None:
            self._switchboard.post(call, e.RecordFinished(name, 0.0, failed=True))

    def _call_of(self, name: str) -> Call | None:
        call_id = call_of(name)
        return self._switchboard.get(call_id) if call_id else None
