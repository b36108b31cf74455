"""The ear as a process: python -m ari_app.simulator

It runs as long as the outside world; ``run/ear.ready`` stands while it works, SIGTERM ends it.
"""

import asyncio
import contextlib
import os
import signal
import time

import uvloop

from ari_app.health.figure import Figure
from ari_app.health.report import Report
from ari_app.health.server import HealthServer
from ari_app.health.socket_path import health_socket
from ari_app.logs import log_to
from ari_app.settings import Settings
from ari_app.simulator.ear import Ear


def _report(ear: Ear) -> Report:
    figures = [
        Figure("ear_legs", ear.legs, "Legs that pass through the ear now."),
        Figure("ear_passed", dict(ear.counts), "What passed or was lost.", "what", counter=True),
        Figure("ear_worst_late_seconds", ear.worst_late_seconds, "How late it came at worst."),
    ]
    return Report("ear", time.time(), [], figures)


async def _listen(settings: Settings) -> None:
    ear = Ear(
        place=(settings.outside_address, settings.outside_sip_port),
        outside=(settings.outside_address, settings.outside_inner_sip_port),
        house=(settings.sip_address, settings.sip_port),
        folder=settings.heard,
    )
    running = asyncio.create_task(ear.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    ready = settings.run / "ear.ready"
    with HealthServer(health_socket(settings.run, "ear"), lambda: _report(ear)):
        ready.write_text(f"{os.getpid()}\n")
        try:
            with contextlib.suppress(asyncio.CancelledError):  # told to stop
                await running
        finally:
            ready.unlink(missing_ok=True)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = Settings.load()
    log_to(settings.log / "ear.log")
    uvloop.run(_listen(settings))


if __name__ == "__main__":
    main()
