"""Places a call from the outside world and follows its journal until all is told."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ari_app.commands.call_rows import row_of
from ari_app.commands.call_sound import CallSound
from ari_app.commands.journal_view import JournalView, Line, open_view
from ari_app.flow.said import Said
from ari_app.settings import Settings
from ari_app.simulator.ear import WRITE_SECONDS
from ari_app.standalone.asterisk import ari_status
from ari_app.standalone.outside import OutsideCall
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.status import status

_POLL_SECONDS = 0.1
_ASK_SECONDS = 0.5
_END_SECONDS = 20.0
"""How long after the caller hung up the last entry may come: the witness takes a while."""
_RECORDING_SECONDS = 15.0
_SILENT_SECONDS = 6.0
"""Asterisk, however busy, answers within this time; one that does not hangs, or was stopped."""

Trouble = Literal["", "call.asterisk_died", "call.asterisk_silent"]
"""The text that says what ended the call, if it was Asterisk: it died, or does not answer."""


@dataclass(frozen=True)
class Placed:
    """What became of a call. `row` as in docs/json-output.md, `None` when nothing is on record.

    `heard` is a file with what the caller heard, `sound` says when it was anything; `recorded` says
    that there is a recording, though it may not be finished yet.
    """

    row: dict[str, Any] | None
    lines: list[Line]
    heard: str | None
    recorded: bool
    sound: CallSound | None = None
    trouble: Trouble = ""


class CallWatch:
    """One call. `tell` hears each line as it appears in the journal."""

    def __init__(self, settings: Settings, tell: Callable[[Line], None]) -> None:
        """Nothing happens before `place`."""
        self._settings = settings
        self._tell = tell
        self._lines: list[Line] = []
        self._seq = 0
        self._asterisk = _asterisk_pid(settings)

    async def place(
        self, number: str, caller: str, name: str, press: str, hang_up_after: float | None
    ) -> Placed:
        """Call `number`, and return when the call is over and its recording is finished.

        SIGINT, SIGTERM and SIGHUP hang up, and so does the end of either Asterisk, or the silence
        of ours. Raises `ServiceError` when the call cannot be placed.
        """
        hang_up = asyncio.Event()
        for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(end, hang_up.set)
        with open_view(self._settings.journal) as journal:
            if journal is None:
                raise ServiceError(Said("Nothing has ever run here: start it with duudlaga up."))
            self._seq = journal.last_seq()
            async with OutsideCall.place(
                self._settings, number, caller, name, press=press, hang_up_after=hang_up_after
            ) as call:
                trouble = await self._follow(journal, caller, call, hang_up)
            if trouble != "call.asterisk_silent":  # who says nothing ends nothing
                await self._read_until(journal, caller, self._has_ended, _END_SECONDS)
                await self._read_until(journal, caller, self._is_stored, _RECORDING_SECONDS)
        if call.leg:
            await asyncio.sleep(2 * WRITE_SECONDS)  # by now the ear has written down the end
        return Placed(
            row=row_of(self._lines, self._settings.recordings),
            lines=self._lines,
            heard=str(call.heard) if call.heard.exists() else None,
            recorded=self._awaited() > 0,
            sound=CallSound.read(call.leg),
            trouble=trouble,
        )

    async def _follow(
        self, journal: JournalView, caller: str, call: OutsideCall, hang_up: asyncio.Event
    ) -> Trouble:
        """Tell the story until the caller's line is dead or somebody wants to hang up.

        An Asterisk that died or hangs cannot tell the other side, which would go on listening.
        """
        silence = asyncio.create_task(_silence(self._settings))
        try:
            while not hang_up.is_set():
                self._read(journal, caller)
                if any(event.kind == "hung_up" for event in call.events):
                    break
                if await asyncio.to_thread(_asterisk_pid, self._settings) != self._asterisk:
                    return "call.asterisk_died"
                if silence.done():
                    return "call.asterisk_silent"
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            silence.cancel()
        return ""

    async def _read_until(
        self, journal: JournalView, caller: str, done: Callable[[], bool], seconds: float
    ) -> None:
        deadline = time.monotonic() + seconds
        while True:
            self._read(journal, caller)
            if done() or time.monotonic() > deadline:
                return
            await asyncio.sleep(_POLL_SECONDS)

    def _read(self, journal: JournalView, caller: str) -> None:
        for line in journal.after(self._seq):
            self._seq = line.seq
            if self._lines:
                is_ours = line.call == self._lines[0].call
            else:  # the first call offered from this number since we dialled
                facts = line.entry.data
                is_ours = line.entry.kind == "call_offered" and facts.get("caller_raw") == caller
            if is_ours:
                self._lines.append(line)
                self._tell(line)

    def _has(self, kind: str) -> bool:
        return any(line.entry.kind == kind for line in self._lines)

    def _has_ended(self) -> bool:
        return self._has("call_ended")

    def _is_stored(self) -> bool:
        return self._count("recording_stored") >= self._awaited()

    def _awaited(self) -> int:
        """How many recordings will be kept."""
        return self._count("recording_expected") - self._count("recording_discarded")

    def _count(self, kind: str) -> int:
        return sum(line.entry.kind == kind for line in self._lines)


async def _silence(settings: Settings) -> None:
    """Return when Asterisk has answered nothing for too long."""
    heard_at = time.monotonic()
    while time.monotonic() - heard_at < _SILENT_SECONDS:
        if await asyncio.to_thread(ari_status, settings, "GET", "asterisk/ping"):
            heard_at = time.monotonic()
        await asyncio.sleep(_ASK_SECONDS)


def _asterisk_pid(settings: Settings) -> int | None:
    """Of the Asterisk that has the call; `None` when it is not ours to start."""
    processes = {each.name: each.pid for each in status(settings).processes}
    return processes.get("asterisk")
