"""The controller, made to die at chosen points: ``python -m tests.fault.controller``.

It is the production controller; only the clock, its saving and its doing are watched from outside.
Three files in ``home/run`` steer it: ``controller.hold`` (do not begin as long as it is there),
``crash`` (a point: ``WHEN:COMMAND``, and the process kills itself when it gets there, once), and
``clock`` (seconds by which the machine's clock is wrong).

WHEN is ``before_save`` (decided, not saved), ``after_save`` (saved, not done), ``sent`` (asked for,
50 ms ago), ``half`` (of a Connect: the bridge was asked for, that the two join it was not).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import uvloop

from ari_app import controller
from ari_app.flow.commands import Command
from ari_app.flow.engine import Turn
from ari_app.settings import Settings
from ari_app.standalone.account import step_down
from ari_app.telephony.call import Call
from ari_app.telephony.execute import Executor
from ari_app.telephony.runs import Runs

_RUN = Settings.load().run
_SENT_SECONDS = 0.05
_CLOCK_LOOK_SECONDS = 0.1


def _reached(when: str, command: str) -> bool:
    """Whether we are to die here. The order is taken away, so that the next one lives."""
    order = _RUN / "crash"
    try:
        if order.read_text() != f"{when}:{command}":
            return False
        order.unlink()
    except FileNotFoundError:
        return False
    return True


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class CrashingRuns(Runs):
    """Dies before or after it saves."""

    def save(self, call: Call, turn: Turn) -> None:
        """Save, unless it is time to die."""
        names = [type(command).__name__ for command in turn.commands]
        if any(_reached("before_save", name) for name in names):
            _die()
        super().save(call, turn)
        if any(_reached("after_save", name) for name in names):
            _die()


class CrashingExecutor(Executor):
    """Dies soon after it has sent something, or in the middle."""

    _halved = False

    def do(self, call: Call, command: Command) -> None:
        """Do it, perhaps as the last thing."""
        name = type(command).__name__
        self._halved = _reached("half", name)
        super().do(call, command)
        if self._halved or _reached("sent", name):
            asyncio.get_running_loop().call_later(_SENT_SECONDS, _die)

    def _must(self, call: Call, command: str, method: str, uri: str) -> None:
        if not (self._halved and "/addChannel" in uri):
            super()._must(call, command, method, uri)


class WrongClock:
    """``time.time``, wrong by what the file ``clock`` says."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._right = time.time
        self._looked_at = 0.0
        self._wrong_by = 0.0

    def __call__(self) -> float:
        """The time."""
        if time.monotonic() - self._looked_at > _CLOCK_LOOK_SECONDS:
            self._looked_at = time.monotonic()
            self._wrong_by = float(self._file.read_text()) if self._file.exists() else 0.0
        return self._right() + self._wrong_by


def prepare() -> None:
    """Wait until we may begin, and put what we watch into the controller's place."""
    while (_RUN / "controller.hold").exists():
        time.sleep(0.02)
    for part in (CrashingRuns, CrashingExecutor):
        name = part.__name__.removeprefix("Crashing")
        assert hasattr(controller, name), f"the controller has no {name} any more"
        setattr(controller, name, part)
    setattr(time, "time", WrongClock(_RUN / "clock"))  # noqa: B010 - mypy refuses an assignment


if __name__ == "__main__":
    step_down(_RUN.parent)
    prepare()
    sys.exit(uvloop.run(controller.main()))
