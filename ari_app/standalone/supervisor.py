"""Starts everything in order, starts again what dies, and stops it in the opposite order.

``python -m ari_app.standalone.supervisor`` is what `duudlaga up --detach` leaves running.
"""

import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import structlog

from ari_app.flow.said import Said, reason
from ari_app.logs import log_to
from ari_app.settings import Settings
from ari_app.settings_error import SettingsError
from ari_app.standalone.account import step_down
from ari_app.standalone.leftovers import end_leftovers
from ari_app.standalone.open_files import allow_many
from ari_app.standalone.plan import Stage, Step, plan
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.status import (
    ProcessStatus,
    Status,
    last_status,
    lock_file,
    state_file,
    status,
)
from ari_app.standalone.watched import Watched

log = structlog.get_logger(__name__)


class Supervisor:
    """Runs the stages until told to stop. `show` is given the status whenever it changes."""

    def __init__(
        self, settings: Settings, stages: Sequence[Stage], show: Callable[[Status], None]
    ) -> None:
        self._settings = settings
        self._stages = stages
        self._show = show
        self._status = Status(
            str(settings.home),
            phase="starting",
            pid=os.getpid(),
            since=time.time(),
            processes=tuple(
                ProcessStatus(service.name, addresses=dict(service.addresses))
                for stage in stages
                for service in stage.services
            ),
        )
        self._watched: list[Watched] = []

    async def run(self) -> None:
        """Start all, watch until SIGINT or SIGTERM, stop all.

        Raises `ServiceError` when this home runs already, or when a service cannot be started: then
        the others are stopped again.
        """
        allow_many()
        told_to_stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, told_to_stop.set)
        with _locked(self._settings):
            end_leftovers(last_status(self._settings))
            try:
                await self._work_until(told_to_stop)
            finally:
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)

    async def _work_until(self, told_to_stop: asyncio.Event) -> None:
        keepers: list[asyncio.Task[None]] = []
        starting = asyncio.create_task(self._start_all())
        stopping = asyncio.create_task(told_to_stop.wait())
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                self._change(phase="running", step=None)
                keepers = [asyncio.create_task(watched.keep()) for watched in self._watched]
                await asyncio.wait({stopping, *keepers}, return_when=asyncio.FIRST_COMPLETED)
                for keeper in keepers:
                    if keeper.done():
                        keeper.result()  # a keeper ends only by a mistake of ours: say it
        except Exception as error:
            self._change(phase="failed", step=None, failure=reason(error))
            raise
        finally:
            for task in (starting, stopping, *keepers):
                task.cancel()
            await asyncio.gather(starting, stopping, *keepers, return_exceptions=True)
            await self._stop_all()

    async def _start_all(self) -> None:
        for stage in self._stages:
            group = [
                Watched(service, self._settings.log / f"{service.name}.log", self._process_changed)
                for service in stage.services
            ]
            self._watched += group
            try:
                async with asyncio.TaskGroup() as starts:
                    for watched in group:
                        starts.create_task(watched.start())
            except ExceptionGroup as failures:  # the first says why; the others were cancelled
                raise failures.exceptions[0] from None
            for step in stage.steps:
                await self._do(step)
            self._change(step=None)

    async def _do(self, step: Step) -> None:
        self._change(step=step.name)
        try:
            await asyncio.to_thread(step.do)
        except Exception as error:
            log.exception("step_failed", step=step.name)
            raise ServiceError(
                Said("Setting up the {step} failed: {error}", step=step.name, error=reason(error))
            ) from error

    async def _stop_all(self) -> None:
        failed = self._status.phase == "failed"
        if not failed:
            self._change(phase="stopping", step=None)
        for watched in reversed(self._watched):
            await watched.stop()
        if not failed:
            self._change(phase="stopped", pid=None, since=None)

    def _process_changed(self, process: ProcessStatus) -> None:
        self._publish(self._status.with_process(process))

    def _change(self, **fields: object) -> None:
        self._publish(replace(self._status, **fields))  # type: ignore[arg-type]

    def _publish(self, new: Status) -> None:
        self._status = new
        new.save(state_file(self._settings))
        self._show(new)


@contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    """Hold the home's lock; the kernel lets go of it however this process ends."""
    settings.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.log.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock_file(settings), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ServiceError(
            Said(
                "Duudlaga runs already in {home} (process {pid}). See duudlaga status, "
                "or stop it with duudlaga down.",
                home=settings.home,
                pid=status(settings).pid,
            )
        ) from error
    else:
        yield
    finally:
        os.close(handle)


def main() -> None:
    """Run in the background: the status file is all there is to see, and log/supervisor.log."""
    settings = Settings.load()
    step_down(settings.home)
    log_to(settings.log / "supervisor.log")
    try:
        with settings.held_ports() as held:
            asyncio.run(Supervisor(held, plan(held), lambda _status: None).run())
    except (ServiceError, SettingsError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
