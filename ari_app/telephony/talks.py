"""Two people talking: the mixing bridge, and the recording of both sides.

Recording is AMI MixMonitor on the caller's channel, since ARI has none: ``r()`` takes what the
caller says, ``t()`` what the caller hears; Asterisk fills silence in, so that both stay in step.
It begins when Asterisk has joined the two. A marker file ``RECORDING.done`` tells the recorder
that the raw files are complete.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path

import structlog

from ari_app.telephony.ami import Ami, AmiError
from ari_app.telephony.ari import Ari, Response
from ari_app.telephony.call import Call, Talk

log = structlog.get_logger(__name__)


class Talks:
    """Begins and ends talks. ``monitor`` is the folder of raw recordings, one folder a client."""

    def __init__(self, ari: Ari, ami: Ami, monitor: Path, clock: Callable[[], float]) -> None:
        self._ari = ari
        self._ami = ami
        self._monitor = monitor
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, call: Call, talk: Talk, joined: asyncio.Future[Response]) -> None:
        """The bridge of ``talk`` was asked for; record as soon as ``joined`` says it stands."""
        talk.started_at = self._clock()
        call.talk = talk
        if talk.recording is not None:
            joined.add_done_callback(partial(self._joined, call, talk))

    def end(self, call: Call, leg: str | None = None) -> None:
        """Take the talk apart (only if it is with ``leg``, when one is named). Twice is fine."""
        talk = call.talk
        if talk is None or (leg is not None and talk.leg != leg):
            return
        call.talk = None
        self._ari.request("DELETE", f"bridges/{talk.bridge}", lane=call.id)
        if talk.recording is not None:
            self._start(self._finish(call, talk, talk.recording))

    async def close(self) -> None:
        """Wait until every recording under way is closed."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("recording_failed", error=str(task.exception()))

    def _joined(self, call: Call, talk: Talk, joined: asyncio.Future[Response]) -> None:
        if not joined.cancelled() and joined.exception() is None and call.talk is talk:
            self._start(self._monitor_both_sides(call, talk))

    async def _monitor_both_sides(self, call: Call, talk: Talk) -> None:
        folder = self._monitor / call.client
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        stem = folder / str(talk.recording)
        if await asyncio.to_thread(Path(f"{stem}-caller.wav").exists):
            return  # the controller before us began it, and Asterisk goes on
        try:
            talk.monitor = await self._ami.mixmonitor(
                call.channel, "", f"r({stem}-caller.wav)t({stem}-agent.wav)"
            )
        except AmiError as error:
            # A full disk or a caller who just left: the talk goes on, the ledger shows the gap.
            log.error(
                "recording_refused", call=call.id, recording=talk.recording, reason=str(error)
            )

    async def _finish(self, call: Call, talk: Talk, recording: str) -> None:
        if talk.monitor is not None:
            try:
                await self._ami.stop_mixmonitor(call.channel, talk.monitor)
            except AmiError as error:
                # The monitor ends by itself with the caller's channel.
                log.debug("monitor_gone", call=call.id, reason=str(error))
        await self._mark(call, recording, "talk", talk.started_at)

    async def _mark(self, call: Call, recording: str, kind: str, started_at: float) -> None:
        facts = {
            "client": call.client,
            "call": call.id,
            "recording": recording,
            "kind": kind,
            "started_at": started_at,
        }
        marker = self._monitor / call.client / f"{recording}.done"
        await asyncio.to_thread(_write, marker, json.dumps(facts))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(text)
    unfinished.rename(path)
