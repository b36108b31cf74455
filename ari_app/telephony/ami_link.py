"""panoramisk's connection to AMI, made to end cleanly and to repeat nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import structlog
from panoramisk import Manager
from panoramisk.actions import Action

log = structlog.get_logger(__name__)

ACTIONS = ("login", "ping", "absolutetimeout", "mixmonitor", "stopmixmonitor", "redirect")
"""All that we send, as panoramisk compares it."""


class AmiLink(Manager):  # type: ignore[misc]  # panoramisk has no type information
    """panoramisk's connection, made to end cleanly and to forget what a lost one left unanswered.

    By itself panoramisk sends unanswered actions again after a reconnect: an old lease would then
    overrule a new one.
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        secret: str,
        *,
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
    ) -> None:
        super().__init__(
            loop=asyncio.get_running_loop(),
            host=host,
            port=port,
            username=user,
            secret=secret,
            events="off",
            forgetable_actions=ACTIONS,
            # Its own ping does not look at the answer.
            ping_delay=86_400,
            ping_interval=86_400,
            log=_silent(),
            on_login=lambda _: on_up(),
            on_disconnect=lambda _, error: on_down(str(error or "closed by the other side")),
        )
        self.reconnect_timeout = 0.25
        self._finished = False
        self._connecting: asyncio.Task[Any] | None = None

    def connect(self, *_: Any, **__: Any) -> asyncio.Task[Any] | None:
        """Connect, unless we are finished: a planned reconnect may still come."""
        self._connecting = None if self._finished else super().connect()
        return self._connecting

    def connect_anew(self) -> None:
        """Connect, unless that is under way.

        panoramisk 1.4 gives up for ever when a connection is closed in the moment in which it was
        made, as a starting Asterisk does it: its protocol does not know its manager yet.
        """
        if self._connecting is None or self._connecting.done():
            self.connect()

    def connection_made(self, f: asyncio.Future[Any]) -> None:
        """Take the connection into use, unless it came too late."""
        if not f.cancelled():
            super().connection_made(f)

    def login(self, future: asyncio.Future[Any]) -> bool:
        """Look at the answer to the login."""
        accepted = not future.cancelled() and bool(super().login(future))
        if not accepted:
            log.error("ami_login_refused", user=self.config["username"])
        return accepted

    def forget(self, action: Action) -> None:
        """Wait no longer for this action's answer."""
        if self.protocol is not None:
            self.protocol.responses.pop(action.id, None)

    def drop(self, reason: str) -> None:
        """Cut the connection; panoramisk opens another."""
        log.warning("ami_silent", reason=reason)
        self.protocol.transport.abort()

    async def finish(self) -> None:
        """Close for good."""
        self._finished = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        self.close()


def _silent() -> logging.Logger:
    """Return a logger that says nothing: this module itself tells what matters."""
    logger = logging.getLogger(f"{__name__}.panoramisk")
    logger.setLevel(logging.CRITICAL + 1)
    return logger
