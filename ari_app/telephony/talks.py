"""Two people talking: the mixing bridge, and the recording of both sides.

Recording is AMI MixMonitor on the caller's channel, since ARI has none: ``r()`` takes what the
caller says, ``t()`` what the caller hears; Asterisk fills silence in, so that both stay in step.
It runs before the two are joined, so that no word is lost if we stop in between. The recorder
finishes the files when the call is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path

import structlog

from ari_app.media.raw_sound import FORM, raw_file
from ari_app.telephony.ami import Ami, AmiAwayError, AmiError
from ari_app.telephony.ari import Ari
from ari_app.telephony.call import Call, Talk
from ari_app.telephony.lease import CALL_CAP_SECONDS

log = structlog.get_logger(__name__)

CLOSE_SECONDS = 3.0
AMI_AWAY_SECONDS = 0.2
"""Between two tries to record while AMI is away, as just after Asterisk's restart."""

RECORDING_SECONDS = 1.5
"""So long two people wait for the beginning of their recording, which takes a millisecond; a line
that is slow by 300 ms each way and loses a packet takes a second."""


class Talks:
    """Begins and ends talks. ``monitor`` is the folder of raw recordings, one folder a client.

    ``may_act`` tells whether we know how Asterisk stands (:meth:`Switchboard.may_act`).
    """

    def __init__(self, ari: Ari, ami: Ami, monitor: Path) -> None:
        self._ari = ari
        self._ami = ami
        self._monitor = monitor
        self._tasks: set[asyncio.Task[None]] = set()
        self.may_act: Callable[[], bool] = _nobody_knows

    def prepare(self, clients: Iterable[str]) -> None:
        """Make the clients' folders, so that no talk has to wait for one. Blocks for a moment."""
        for client in clients:
            (self._monitor / client).mkdir(parents=True, exist_ok=True)

    def begin(self, call: Call, talk: Talk, join: Callable[[], None]) -> None:
        """The bridge of ``talk`` was asked for: record, then ``join()`` the two.

        In this order, so that a connection or a process that breaks in between costs no word: the
        caller waits under a short lease until then. A recording that does not begin within
        ``RECORDING_SECONDS`` is not waited for.
        """
        call.talk = talk
        if talk.recording is None:
            self._joined(call, talk, join)
        else:
            self._start(self._record_and_join(call, talk, join))

    def end(self, call: Call, leg: str | None = None) -> None:
        """Take the talk apart (only if it is with ``leg``, when one is named). Twice is fine."""
        talk = call.talk
        if talk is None or (leg is not None and talk.leg != leg):
            return
        call.talk = None
        if call.held and talk.joined:
            # Bridges go by and by, and what is played to a caller on the way out is lost without a
            # word (22.10.1). This is answered when the caller is out.
            out = f"bridges/{talk.bridge}/removeChannel?channel={call.channel}"
            self._ari.request("POST", out, lane=call.id)
        self._ari.request("DELETE", f"bridges/{talk.bridge}", lane=call.id)
        if talk.recording is not None:
            self._start(self._finish(call, talk))

    async def close(self) -> None:
        """Wait until every recording under way is closed; give up one that cannot begin."""
        if self._tasks:
            _, waiting = await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
            for task in waiting:
                task.cancel()

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("recording_failed", error=str(task.exception()))

    async def _record_and_join(self, call: Call, talk: Talk, join: Callable[[], None]) -> None:
        if talk.beginning is None or talk.beginning.done():
            again = call.recovered or talk.beginning is not None
            recording = self._monitor_both_sides(call, talk, again=again)
            talk.beginning = self._start(recording)
        await asyncio.wait([talk.beginning], timeout=RECORDING_SECONDS)
        self._joined(call, talk, join)

    def _joined(self, call: Call, talk: Talk, join: Callable[[], None]) -> None:
        if call.talk is not talk or not call.held or talk.joined:
            return  # one of them left, or somebody else has the caller
        if not self.may_act():
            return  # recovery looks who is still there, and asks once more
        talk.joined = True
        join()
        # At once, since a stall before the next sweep would cut the two off.
        self._start(self._lift_lease(call))

    async def _lift_lease(self, call: Call) -> None:
        try:
            await self._ami.absolute_timeout(call.channel, CALL_CAP_SECONDS)
        except AmiError as error:
            log.info("lease_not_lifted", call=call.id, reason=str(error))  # the sweep tries again
        else:
            call.lease_capped = call.talking

    async def _monitor_both_sides(self, call: Call, talk: Talk, *, again: bool) -> None:
        stem = self._monitor / call.client / str(talk.recording)
        sides = f"r({stem}-caller.{FORM})t({stem}-agent.{FORM})"
        while call.talk is talk:
            if again and await asyncio.to_thread(_has_begun, stem):
                return  # it was begun, though its beginning was not heard of; Asterisk goes on
            again = True
            try:
                talk.monitor = await self._ami.mixmonitor(call.channel, "", sides)
            except AmiAwayError:
                await asyncio.sleep(AMI_AWAY_SECONDS)
            except AmiError as error:
                # A caller who just left, or Asterisk's refusal: the ledger shows the gap.
                log.error("recording_refused", recording=talk.recording, reason=str(error))
                return
            else:
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


def _has_begun(stem: Path) -> bool:
    return raw_file(stem.parent, f"{stem.name}-caller").exists()


def _nobody_knows() -> bool:
    raise RuntimeError("talks without a switchboard")
