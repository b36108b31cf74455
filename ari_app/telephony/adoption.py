"""Carries out what :mod:`ari_app.telephony.recovery` decides, on every (re)connect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec
import structlog

from ari_app.flow import events as e
from ari_app.snapshot.incoming import Incoming
from ari_app.telephony import ari, recovery
from ari_app.telephony.call import Call, Talk
from ari_app.telephony.execute import APP, Executor
from ari_app.telephony.intake import Intake
from ari_app.telephony.runs import Runs
from ari_app.telephony.switchboard import Switchboard
from ari_app.telephony.traces import Disk, Traces

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recovered:
    """How a recovery went: how many calls were taken up again, and how long it took."""

    resumed: int
    seconds: float


class Adoption:
    """Takes callers up again where they are. ``last`` tells how that went."""

    def __init__(
        self,
        asterisk: ari.Ari,
        switchboard: Switchboard,
        executor: Executor,
        runs: Runs,
        intake: Intake,
        clock: Callable[[], float],
        disk: Disk,
    ) -> None:
        self._ari = asterisk
        self._switchboard = switchboard
        self._executor = executor
        self._runs = runs
        self._intake = intake
        self._clock = clock
        self._disk = disk
        self.last: Recovered | None = None

    async def run(self) -> None:
        """Hold our calls against Asterisk's, and make them agree.

        Raises ``ConnectionLost`` or ``AriError``: the next connection begins again.
        """
        began = self._clock()
        known = list(self._known_calls().values())
        traces = await asyncio.to_thread(self._disk.look, known)
        channels, bridges, info = await asyncio.gather(
            self._list("channels", ari.Channel),
            self._list("bridges", ari.Bridge),
            self._ari.ask("GET", "asterisk/info?only=status"),
        )
        # What follows does not wait, so nothing can happen to a call between the list and the cure.
        calls = self._known_calls()
        started_at = datetime.fromisoformat(info.json()["status"]["startup_time"]).timestamp()
        steps = recovery.plan(
            [
                recovery.OpenRun(call.id, call.channel, tuple(call.run.legs), call.run.started_at)
                for call in calls.values()
            ],
            {channel.id: _found(channel) for channel in channels},
            [bridge.id for bridge in bridges],
            started_at,
        )
        rooms = {bridge.id: bridge for bridge in bridges}
        by_id = {channel.id: channel for channel in channels}
        for step in steps:
            if isinstance(step, recovery.Close):
                self._close(calls[step.call], traces, started_at if step.cut else None)
            elif isinstance(step, recovery.Resume):
                call = calls[step.call]
                self._repeat(call, answered=by_id[call.channel].state == "Up")
                self._resume(call, step, traces, rooms)
            else:
                self._take(step, calls, by_id)
        resumed = sum(isinstance(step, recovery.Resume) for step in steps)
        seconds = round(self._clock() - began, 3)
        self.last = Recovered(resumed, seconds)
        log.info("recovered", resumed=resumed, steps=len(steps), seconds=seconds)

    def _known_calls(self) -> dict[str, Call]:
        calls = {call.id: call for call in self._switchboard}
        for saved in self._runs.open():
            if saved.call not in calls:
                calls[saved.call] = self._runs.restore(saved)
        return calls

    def _take(
        self,
        step: recovery.Step,
        calls: dict[str, Call],
        channels: dict[str, ari.Channel],
    ) -> None:
        match step:
            case recovery.Leave(call_id):
                self._switchboard.drop(calls[call_id])
            case recovery.Begin(channel):
                if self._runs.has_ended(channel.id):
                    # Its last command, to hang up, was saved and not sent.
                    self._ari.request("DELETE", f"channels/{channel.id}", lane=channel.id)
                else:
                    self._intake.accept(channels[channel.id], Incoming.parse(channel.told))
            case recovery.DropLeg(channel_id):
                self._ari.request("DELETE", f"channels/{channel_id}", lane=channel_id)
            case recovery.DropBridge(bridge_id):
                self._ari.request("DELETE", f"bridges/{bridge_id}", lane=bridge_id)

    def _close(self, call: Call, traces: Traces, cut_at: float | None) -> None:
        """End the run of a caller who is gone, with the time at which that happened."""
        call.held = False
        self._switchboard.add(call)
        if cut_at is not None:
            self._switchboard.post(call, e.CallCut(cut_at, traces.ended_legs(call.run)))
        else:
            self._switchboard.post(call, traces.caller_hung_up(call.channel, call.run))

    def _repeat(self, call: Call, *, answered: bool) -> None:
        """Do again what may not have been done, with nothing playing that it would wait for."""
        call.recovered = True
        if call.run.playing is not None:
            self._executor.plays.stop(call, call.run.playing)
        for command in recovery.to_repeat(self._runs.last_commands(call), answered=answered):
            self._executor.do(call, command)

    def _resume(
        self,
        call: Call,
        step: recovery.Resume,
        traces: Traces,
        rooms: dict[str, ari.Bridge],
    ) -> None:
        """Find again what only Asterisk knows of the call, then let the run go on."""
        call.held = True
        call.hanging_up = False
        call.lease_expires_at = 0.0  # unknown: the next sweep renews it
        call.lease_capped = False
        call.answered_legs = set(step.answered)
        room = rooms.get(call.waiting_room)
        call.room_made = room is not None
        call.music = ""
        call.silence = "covered"  # unknown, so it ends before the next bridge
        call.holding = room is not None and call.channel in room.channels
        call.client_name = self._intake.client_name(call.client)
        for leg in call.run.legs.values():
            bridge = rooms.get(f"{leg.id}-talk")
            # Of a leg that is gone the bridge is left, and the recording, which goes on.
            joined = bridge is not None and {leg.id, call.channel} <= set(bridge.channels)
            if bridge is not None and (joined or leg.id not in step.answered):
                call.talk = call.talk or Talk(leg.id, bridge.id, leg.recording)
                call.talk.joined = True
            elif call.talk is not None and call.talk.leg == leg.id:
                call.talk.joined = False  # asked for, and lost with the connection
        self._switchboard.add(call)
        legs = traces.ended_legs(call.run)
        self._switchboard.post(call, e.Resumed(step.answered, step.ringing, legs))

    async def _list(self, uri: str, kind: type[T]) -> list[T]:
        body = await self._ari.list(uri)
        return msgspec.json.decode(body, type=list[kind])  # type: ignore[valid-type]


def _found(channel: ari.Channel) -> recovery.FoundChannel:
    app, _, told = channel.dialplan.app_data.partition(",")
    return recovery.FoundChannel(
        id=channel.id,
        up=channel.state == "Up",
        ours=channel.dialplan.app_name == "Stasis" and app == APP,
        told=told,
    )
