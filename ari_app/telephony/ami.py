"""AMI: what ARI cannot do, or only behind a running playback. Leases, recording, redirects."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from panoramisk.actions import Action

from ari_app.telephony.ami_link import AmiLink

log = structlog.get_logger(__name__)

LONGEST_VALUE = 900
"""Characters; Asterisk throws away lines of 1025 bytes (``main/manager.c``, ``get_input``)."""


AWAY_BEATS = 2
"""Seconds without a connection after which panoramisk is not relied upon to open one."""


class AmiError(Exception):
    """Asterisk refused an action, or gave no answer; the text is a sentence."""


class AmiAwayError(AmiError):
    """There is no connection, or no answer came: whether the action was done is not known."""


class Ami:
    """A connection to the manager interface that reconnects by itself.

    It logs in without events, so that nothing but answers is parsed. Every action ends within
    ``timeout_seconds``, with its result or with ``AmiError``. A silent connection is found by a
    ping every second and opened anew.
    """

    def __init__(
        self, host: str, port: int, user: str, secret: str, *, timeout_seconds: float = 2.0
    ) -> None:
        """Prepare; :meth:`start` connects."""
        self.connected = False
        self._address = (host, port)
        self._login = (user, secret)
        self._timeout_seconds = timeout_seconds
        self._link: AmiLink | None = None
        self._watch_task: asyncio.Task[None] | None = None
        self._logged_in = asyncio.Event()
        self._waiting: set[asyncio.Future[Any]] = set()

    async def start(self) -> None:
        """Begin to connect, and keep connected until :meth:`stop`."""
        host, port = self._address
        user, secret = self._login
        self._link = AmiLink(host, port, user, secret, on_up=self._up, on_down=self._down)
        self._link.connect()
        self._watch_task = asyncio.create_task(self._watch(self._link), name="ami-watch")

    async def wait_connected(self) -> None:
        """Return when logged in."""
        await self._logged_in.wait()

    async def stop(self) -> None:
        """Close the connection. Waiting actions end with ``AmiError``."""
        if self._watch_task is not None:
            self._watch_task.cancel()
            await asyncio.gather(self._watch_task, return_exceptions=True)
            self._watch_task = None
        if self._link is not None:
            await self._link.finish()
            self._link = None
        self._down("we are stopping")

    async def ping(self) -> None:
        """Return when Asterisk answers."""
        await self._act("Ping")

    async def absolute_timeout(self, channel: str, seconds: float) -> None:
        """Let ``channel`` live for ``seconds`` from now (more than 0), then leave for ``T``.

        ``channel`` is a name or a unique id. Not held up by a playback, unlike ARI's variables.
        """
        await self._act("AbsoluteTimeout", Channel=channel, Timeout=f"{seconds:.3f}")

    async def mixmonitor(self, channel: str, file: str, options: str = "") -> str:
        """Record ``channel`` into ``file`` (may be empty); return the monitor's id.

        ``options`` are those of the dialplan's MixMonitor: ``r(FILE)`` what the channel says,
        ``t(FILE)`` what it hears.
        """
        headers = {"File": file} if file else {}
        # Without i(VARIABLE) 22.10.1 keeps the id to itself
        # (tests/telephony/ari/test_real_ami.py).
        options += "i(DUUDLAGA_MONITOR)"
        answer = await self._act("MixMonitor", Channel=channel, Options=options, **headers)
        return str(answer.mixmonitorid)

    async def stop_mixmonitor(self, channel: str, monitor: str | None) -> None:
        """End the recording ``monitor`` of ``channel``, or whichever runs there if ``None``."""
        headers = {} if monitor is None else {"MixMonitorID": monitor}
        await self._act("StopMixMonitor", Channel=channel, **headers)

    async def redirect(self, channel: str, context: str, exten: str, priority: int = 1) -> None:
        """Send ``channel`` to this place of the dialplan, out of whatever holds it."""
        await self._act(
            "Redirect", Channel=channel, Context=context, Exten=exten, Priority=str(priority)
        )

    async def _act(self, name: str, **headers: str) -> Any:
        for header, value in headers.items():
            # A line break would begin a header, or an action, of the value's own.
            if not value.isprintable() or len(value) > LONGEST_VALUE:
                raise AmiError(f"AMI {name}: the value of {header} cannot be sent: {value[:60]!r}")
        target = f"AMI {name} {headers.get('Channel', '')}".rstrip()
        link = self._link
        if link is None or not self.connected:
            raise AmiAwayError(f"{target} was not sent: AMI is not connected")
        action = Action({"Action": name, **headers})
        future = link.send_action(action, as_list=False)
        self._waiting.add(future)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await future
        except TimeoutError:
            raise AmiAwayError(f"{target} got no answer in {self._timeout_seconds:g} s") from None
        finally:
            self._waiting.discard(future)
            link.forget(action)
        if not answer.success:
            raise AmiError(f"Asterisk refused {target}: {answer.message}")
        return answer

    async def _watch(self, link: AmiLink) -> None:
        away = 0
        while True:
            await asyncio.sleep(1.0)
            away = 0 if self.connected else away + 1
            if away >= AWAY_BEATS:
                link.connect_anew()
                away = 0
            if not self.connected:
                continue
            try:
                await self.ping()
            except AmiError as error:
                link.drop(str(error))

    def _up(self) -> None:
        self.connected = True
        self._logged_in.set()
        log.info("ami_connected")

    def _down(self, reason: str) -> None:
        if self.connected:
            log.warning("ami_disconnected", reason=reason)
        self.connected = False
        self._logged_in.clear()
        for future in self._waiting:
            if not future.done():
                future.set_exception(AmiAwayError(f"the AMI connection ended: {reason}"))
