"""Faults of Asterisk, of what it starts, and of what it writes."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from time import time

from tests.fault.clients import NEWCOMER
from tests.fault.deeds import kill, kill_and_hold, steer
from tests.fault.drill import Fault
from tests.fault.invariant import ASTERISK_DIES, NOBODY_LEADS, Allowance
from tests.fault.stage import Stage

_FALLEN = 20
"""Callers in the hands of programs when these are struck."""

_NO_MORE_FILES, _FILES = 0o555, 0o755


async def _signal_fallbacks(stage: Stage, number: signal.Signals) -> None:
    for pid in stage.house.fallbacks():
        with suppress(ProcessLookupError):  # the call ended
            os.kill(pid, number)


async def _kill_fallbacks(stage: Stage) -> None:
    await kill_and_hold(stage)
    await _let_callers_fall(stage)
    await _signal_fallbacks(stage, signal.SIGKILL)


async def _hang_fallbacks(stage: Stage) -> None:
    await kill_and_hold(stage)
    await _let_callers_fall(stage)
    await _signal_fallbacks(stage, signal.SIGSTOP)


async def _release_fallbacks(stage: Stage) -> None:
    await _signal_fallbacks(stage, signal.SIGCONT)
    stage.house.steer("controller.hold", None)


async def _let_callers_fall(stage: Stage) -> None:
    """Wait until the leases are over and every caller is in a program's hands."""
    for _ in range(6):
        stage.guests.call(NEWCOMER)
        await asyncio.sleep(0.3)
    for _ in range(75):
        if len(stage.house.fallbacks()) >= _FALLEN:
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(2.0)


async def _cut_cel(stage: Stage) -> None:
    stage.cel.read()
    with stage.house.settings.cel.open("r+b") as file:
        file.truncate(file.seek(0, os.SEEK_END) // 2)


async def _empty_cel(stage: Stage) -> None:
    stage.cel.read()
    os.truncate(stage.house.settings.cel, 0)


async def _rotate_cel(stage: Stage) -> None:
    stage.cel.read()
    cel = stage.house.settings.cel
    cel.rename(cel.with_name(f"{cel.name}.{time():.0f}"))


async def _delete_cel(stage: Stage) -> None:
    stage.cel.read()
    stage.house.settings.cel.unlink()


async def _forbid_files(stage: Stage) -> None:
    _change_folders(stage, _NO_MORE_FILES)


async def _allow_files(stage: Stage) -> None:
    _change_folders(stage, _FILES)


def _change_folders(stage: Stage, mode: int) -> None:
    monitor = stage.house.settings.monitor
    for folder in [monitor, *(each for each in monitor.iterdir() if each.is_dir())]:
        folder.chmod(mode)


FAULTS = [
    Fault(
        "fallback-killed",
        "no controller, and kill -9 of every AGI program in mid-call",
        _kill_fallbacks,
        steer("controller.hold", None),
        healed_by="the dialplan's last step; the controller released",
        seconds=8.0,
        allowed=NOBODY_LEADS,
    ),
    Fault(
        "fallback-hung",
        "no controller, and every AGI program hangs (SIGSTOP)",
        _hang_fallbacks,
        _release_fallbacks,
        healed_by="the script's lease, the dialplan's last step; the controller released",
        seconds=14.0,
        allowed=NOBODY_LEADS,
    ),
    Fault(
        "asterisk-killed",
        "kill -9 of Asterisk: its calls are cut",
        kill("asterisk"),
        seconds=1.0,
        allowed=ASTERISK_DIES,
        short=True,
    ),
    Fault(
        "cel-cut",
        "the event log loses its second half",
        _cut_cel,
        healed_by="the witness reads the file anew",
        allowed=Allowance(witness=True),
    ),
    Fault(
        "cel-emptied",
        "the event log is truncated to nothing",
        _empty_cel,
        healed_by="the witness reads the file anew",
        allowed=Allowance(witness=True),
    ),
    Fault("cel-rotated", "the event log is renamed", _rotate_cel, healed_by="both are read"),
    Fault(
        "cel-deleted",
        "the event log is deleted",
        _delete_cel,
        healed_by="Asterisk makes a new one",
        allowed=Allowance(witness=True),
    ),
    Fault(
        "monitor-disk-full",
        "Asterisk cannot make files for recordings",
        _forbid_files,
        _allow_files,
        healed_by="files can be made again",
        allowed=Allowance(recordings=True),
    ),
]
