"""`duudlaga up` and `duudlaga down`."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from ari_app.flow.said import Said
from ari_app.logs import log_to
from ari_app.settings import Settings
from ari_app.standalone.account import step_down
from ari_app.standalone.plan import plan
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.status import Status, status
from ari_app.standalone.supervisor import Supervisor

_POLL_SECONDS = 0.1
# Longer than all services together may take to stop.
_DOWN_SECONDS = 90


def _silent(_status: Status) -> None:
    """Nobody looks."""


def up(
    settings: Settings, detach: bool = False, show: Callable[[Status], None] = _silent
) -> Status:
    """Start everything and tell `show` of every change.

    Returns when all is ready if `detach`, else when it was told to stop (SIGINT, SIGTERM). Raises
    `ServiceError` when something cannot be started; then nothing is left running. Root does not
    get that far: this process begins anew as an ordinary account.
    """
    step_down(settings.home)
    running = status(settings)
    if running.phase in ("starting", "running", "stopping"):
        raise ServiceError(
            Said(
                "Duudlaga runs already in {home} (process {pid}). See duudlaga status, "
                "or stop it with duudlaga down.",
                home=settings.home,
                pid=running.pid,
            )
        )
    if detach:
        return _in_the_background(settings, show)
    log_to(settings.log / "supervisor.log")
    with settings.held_ports() as held:
        asyncio.run(Supervisor(held, plan(held), show).run())
    return status(settings)


def down(settings: Settings, show: Callable[[Status], None] = _silent) -> bool:
    """Stop everything that `up` started; False when nothing ran."""
    running = status(settings)
    if running.pid is None or running.phase not in ("starting", "running", "stopping"):
        return False
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + _DOWN_SECONDS
    while (now := status(settings)).pid is not None:
        show(now)
        if time.monotonic() > deadline:
            raise ServiceError(
                Said(
                    "Duudlaga (process {pid}) has not stopped within {seconds} s: see {log}.",
                    pid=running.pid,
                    seconds=_DOWN_SECONDS,
                    log=settings.log / "supervisor.log",
                )
            )
        time.sleep(_POLL_SECONDS)
    show(now)
    return True


def _in_the_background(settings: Settings, show: Callable[[Status], None]) -> Status:
    with settings.held_ports():
        pass  # a port that cannot be had is named here, and not in a log alone
    settings.log.mkdir(parents=True, exist_ok=True)
    settings_of_this_copy = {
        "DUUDLAGA_HOME": str(settings.home),
        "DUUDLAGA_PARTS": str(settings.parts),
    }
    with (settings.log / "supervisor.log").open("ab") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "ari_app.standalone.supervisor"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **settings_of_this_copy},
            cwd="/",
            start_new_session=True,
        )
    shown: Status | None = None
    while True:
        code = supervisor.poll()
        now = status(settings)
        if now.pid == supervisor.pid and now != shown:
            show(now)
            shown = now
            if now.phase == "running":
                return now
        if code is not None:
            raise ServiceError(
                now.failure
                or Said(
                    "The supervisor ended with status {status}: see {log}.",
                    status=code,
                    log=settings.log,
                )
            )
        time.sleep(_POLL_SECONDS)
