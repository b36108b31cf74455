"""Two people talking: the mixing bridge, and the recording of both sides.

Recording is AMI MixMonitor on the caller's channel, since ARI has none: ``r()`` takes what the
caller says, ``t()`` what the caller hears; Asterisk fills silence in, so that both stay in step.
It is asked for together with the bridge: until the two are joined nothing is written, and no word
is lost if we stop in between. The recorder finishes the files when the call is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path

import structlog

from ari_app.telephony.ami import Ami, AmiError
from ari_app.telephony.ari import Ari
from ari_app.telephony.call import Call, Talk
from ari_app.telephony.lease import CALL_CAP_SECONDS

log = structlog.get_logger(__name__)

CLOSE_SECONDS = 3.0
AMI_AWAY_SECONDS = 0.2
"""Between two tries to record while AMI is not connected, as just after Asterisk's restart."""


class Talks:
    """Begins and ends talks. ``monitor`` is the folder of raw recordings, one folder a client."""

    def __init__(self, ari: Ari, ami: Ami, monitor: Path, clock: Callable[[], float]) -> None:
        self._ari = ari
        self._ami = ami
        self._monitor = monitor
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def prepare(self, clients: Iterable[str]) -> None:
        """Make the clients' folders, so that no talk has to wait for one. Blocks for a moment."""
        for client in clients:
            (self._monitor / client).mkdir(parents=True, exist_ok=True)

    def begin(self, call: Call, talk: Talk) -> None:
        """The bridge of ``talk`` was asked for: record what will be said there."""
        if call.talk is not None and call.talk.leg == talk.leg:
            return  # recovery asked for it once more
        talk.started_at = self._clock()
        call.talk = talk
        self._start(self._lift_lease(call))
        if talk.recording is not None:
            self._start(self._monitor_both_sides(call, talk))

    def end(self, call: Call, leg: str | None = None) -> None:
        """Take the talk apart (only if it is with ``leg``, when one is named). Twice is fine."""
        talk = call.talk
        if talk is None or (leg is not None and talk.leg != leg):
            return
        call.talk = None
        self._ari.request("DELETE", f"bridges/{talk.bridge}", lane=call.id)
        if talk.recording is not None:
            self._start(self._finish(call, talk))

    async def close(self) -> None:
        """Wait until every recording under way is closed; give up one that cannot begin."""
        if self._tasks:
            _, waiting = await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
            for task in waiting:
                task.cancel()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("recording_failed", error=str(task.exception()))

    async def _lift_lease(self, call: Call) -> None:
        """At once, since a stall before the next sweep would cut the two off."""
        try:
            await self._ami.absolute_timeout(call.channel, CALL_CAP_SECONDS)
        except AmiError as error:
            log.info("lease_not_lifted", call=call.id, reason=str(error))  # the sweep tries again
        else:
            call.lease_capped = call.talk is not None

    async def _monitor_both_sides(self, call: Call, talk: Talk) -> None:
        stem = self._monitor / call.client / str(talk.recording)
        if call.recovered and await asyncio.to_thread(Path(f"{stem}-caller.wav").exists):
            return  # it was begun before we were away, and Asterisk goes on
        sides = f"r({stem}-caller.wav)t({stem}-agent.wav)"
        while call.talk is talk:
            try:
                talk.monitor = await self._ami.mixmonitor(call.channel, "", sides)
            except AmiError as error:
                if not self._ami.connected:
                    await asyncio.sleep(AMI_AWAY_SECONDS)
                    continue
                # A caller who just left, or Asterisk's refusal: the ledger shows the gap.
                log.error("recording_refused", recording=talk.recording, reason=str(error))
            return

    async def _finish(self, call: Call, talk: Talk) -> None:
        if not call.held:
            return  # the caller is gone, and the recording ended with the caller's channel
        try:
            # Of a recording that a controller before us began, nobody knows the name.
            await self._ami.stop_mixmonitor(call.channel, talk.monitor)
        except AmiError as error:
            # The caller left in this moment.
            log.debug("monitor_gone", call=call.id, reason=str(error))
