"""One process under watch: started, waited for, started again when it dies or hangs, stopped."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import structlog

from ari_app.flow.said import Said
from ari_app.standalone.service import Service
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.status import ProcessStatus

log = structlog.get_logger(__name__)

_READY_POLL_SECONDS = 0.05
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 5.0
_LONG_LIFE_SECONDS = 60.0  # having lived so long, a process that dies is started at once again
_LOOK_SECONDS = 1.0
_LOOKS_IN_VAIN = 7
"""A look at who is silent takes two seconds, so this is longer than any lease: the fallback has the
callers of a hung controller by then. Looks are counted, not seconds: when the machine stood still
as a whole, nobody is killed."""
_LARGEST_LOG_BYTES = 50_000_000


class Watched:
    """Keeps one service running. `tell` is given its status whenever that changes."""

    def __init__(
        self, service: Service, log_file: Path, tell: Callable[[ProcessStatus], None]
    ) -> None:
        self.service = service
        self._log_file = log_file
        self._tell = tell
        self._status = ProcessStatus(service.name, addresses=dict(service.addresses))
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and return when it is ready; `ServiceError` when it is not in time."""
        self._change(health="starting")
        await asyncio.to_thread(self.service.prepare)
        _set_aside(self._log_file)
        written = self._log_file.stat().st_size if self._log_file.exists() else 0
        self._process = await self._spawn()
        self._change(pid=self._process.pid, since=time.time())
        deadline = time.monotonic() + self.service.ready_seconds
        while not await asyncio.to_thread(self.service.is_ready):
            if self._process.returncode is not None:
                raise ServiceError(
                    Said(
                        "{service} ended with status {status} before it was ready. {words}",
                        service=self.service.name,
                        status=self._process.returncode,
                        words=self._last_words(written),
                    )
                )
            if time.monotonic() > deadline:
                raise ServiceError(
                    Said(
                        "{service} is not ready after {seconds:g} s. {words}",
                        service=self.service.name,
                        seconds=self.service.ready_seconds,
                        words=self._last_words(written),
                    )
                )
            await asyncio.sleep(_READY_POLL_SECONDS)
        self._change(health="ready")

    async def keep(self) -> None:
        """Start it again whenever it dies, sooner or later; returns never, only cancelled.

        One that hangs is killed first: to its callers it is as good as dead, but keeps its place.
        """
        pause = _FIRST_PAUSE_SECONDS
        while True:
            code = await self._end_of_life()
            if time.time() - (self._status.since or 0) > _LONG_LIFE_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            log.warning("process_died", process=self.service.name, status=code, pause=pause)
            self._kill_group()
            self._change(health="restarting", pid=None, restarts=self._status.restarts + 1)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            try:
                await self.start()
            except ServiceError as error:
                log.error("process_not_ready", process=self.service.name, reason=str(error))
                await self._end()

    async def stop(self) -> None:
        """Ask it to stop; kill it, and whatever it has started, when it does not in time."""
        await self._end()
        self._change(health="stopped", pid=None, since=None)

    async def _end_of_life(self) -> int:
        """Wait until the process is dead, and kill it when it does not work any more."""
        assert self._process is not None
        dead = asyncio.ensure_future(self._process.wait())
        vain = 0
        try:
            while not dead.done():
                await asyncio.wait({dead}, timeout=_LOOK_SECONDS)
                vain = 0 if dead.done() or await self._works() else vain + 1
                if vain == _LOOKS_IN_VAIN:
                    log.error("process_hangs", process=self.service.name, looks=vain)
                    self._kill_group()
        finally:
            dead.cancel()
        return dead.result()

    async def _works(self) -> bool:
        return await asyncio.to_thread(self.service.works)

    async def _end(self) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):  # it ended this moment
                process.send_signal(self.service.stop_signal)
        try:
            async with asyncio.timeout(self.service.stop_seconds):
                await process.wait()
        except TimeoutError:
            log.warning("process_killed", process=self.service.name)
        self._kill_group()
        await process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        """In a session of its own, so that Ctrl-C reaches the supervisor alone.

        When the supervisor is killed, the kernel tells its children to stop (PR_SET_PDEATHSIG).
        """
        last_signal = self.service.stop_signal.name.removeprefix("SIG")
        with self._log_file.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                "setpriv",
                f"--pdeathsig={last_signal}",
                "--",
                *self.service.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.service.environment},
                cwd="/",
                start_new_session=True,
            )

    def _kill_group(self) -> None:
        """End what the process has started and left behind."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # nothing is left
                os.killpg(self._process.pid, signal.SIGKILL)

    def _last_words(self, written: int) -> Said:
        """The end of what it logged since `written`, in bytes of its log file."""
        with self._log_file.open("rb") as file:
            file.seek(written)
            lines = file.read().decode(errors="replace").splitlines()
        words = " / ".join(line.strip()[:300] for line in lines[-3:] if line.strip())
        if not words:
            return Said("See {log}.", log=self._log_file)
        return Said("Its last words in {log}: {words}", log=self._log_file, words=words)

    def _change(self, **fields: object) -> None:
        self._status = replace(self._status, **fields)  # type: ignore[arg-type]
        self._tell(self._status)


def _set_aside(log_file: Path) -> None:
    """Keep one older log file, so that logs never fill the disk."""
    with suppress(FileNotFoundError):  # the first start
        if log_file.stat().st_size > _LARGEST_LOG_BYTES:
            log_file.rename(log_file.with_suffix(".log.old"))
