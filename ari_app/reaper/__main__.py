"""The reaper: a process that clears up after talks while no controller is there.

    python -m ari_app.reaper

It looks once a second whether a sound controller is there, and only while there is none at the
channels and bridges. ``run/reaper.ready`` stands while it works; SIGTERM ends it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import structlog

from ari_app.health.asking import SilentError, ask
from ari_app.health.server import HealthServer
from ari_app.health.socket_path import health_socket
from ari_app.logs import log_to
from ari_app.reaper.asterisk import Asterisk, AsteriskAwayError
from ari_app.reaper.decide import Memory, decide, is_absent
from ari_app.reaper.health import ReaperHealth
from ari_app.settings import Settings

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0


class Reaper:
    """Looks at the Asterisk of one home; ``run`` is the home's folder of sockets."""

    def __init__(self, asterisk: Asterisk, run: Path, health: ReaperHealth) -> None:
        self._asterisk = asterisk
        self._run = run
        self._health = health
        self._memory = Memory(time.monotonic(), {})

    def look(self) -> None:
        """Look once, and do what is to be done."""
        trouble = self._controller_trouble()
        try:
            if not trouble and not self._asterisk.has_controller():
                trouble = "it is not connected to Asterisk"
            self._health.looked(controller_trouble=trouble)
            self._clear(controller_alive=not trouble)
        except AsteriskAwayError as error:
            self._health.looked(str(error), trouble)

    def _controller_trouble(self) -> str:
        """Return why there is no sound controller; empty when there is one."""
        try:
            report = ask(self._run, "controller")
        except SilentError as error:
            return str(error)
        vital = [each for each in report.dependencies if each.vital and each.state == "down"]
        return f"{vital[0].name}: {vital[0].reason}" if vital else ""

    def _clear(self, *, controller_alive: bool) -> None:
        now = time.monotonic()
        if controller_alive:
            self._memory = Memory(now, {})
            return
        channels, bridges = self._asterisk.look(limits=is_absent(self._memory, now))
        acts, self._memory = decide(channels, bridges, before=self._memory, now=now)
        for act in acts:
            done = self._asterisk.do(act)
            if done:
                self._health.did(act)
            log.warning("reaped", act=repr(act), done=done)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = Settings.load()
    log_to(settings.log / "reaper.log")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    asterisk = Asterisk(settings.ari_http_url, "duudlaga", settings.ari_password)
    health = ReaperHealth()
    reaper = Reaper(asterisk, settings.run, health)
    ready = settings.run / "reaper.ready"
    with HealthServer(health_socket(settings.run, "reaper"), health.report):
        try:
            reaper.look()
            ready.write_text(f"{os.getpid()}\n")
            while not stop.wait(LOOK_SECONDS):
                reaper.look()
        finally:
            ready.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
