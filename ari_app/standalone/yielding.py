"""Simulated phones make way for real ones: a process that watches who registers at the house.

    python -m ari_app.standalone.yielding

It hears of every contact from Asterisk (AMI), and looks through all of them every few seconds while
there are simulated phones. ``run/yielding.ready`` stands while it runs; SIGTERM ends it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress

import structlog

from ari_app.last_words import last_words
from ari_app.logs import log_to
from ari_app.settings import Settings
from ari_app.standalone.outside_ami import OutsideAmi
from ari_app.standalone.registered_phones import house_manager, list_contacts, real_phone
from ari_app.standalone.service import Service
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.simulated_phones import give_agents_phones, note_yielded, simulated

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 5.0
"""Between two looks at all contacts, should an event be lost."""
_AGAIN_SECONDS = 1.0


def yielding(settings: Settings) -> Service:
    """The watching process as a service."""
    ready = settings.run / "yielding.ready"
    return Service(
        name="yielding",
        command=[sys.executable, "-m", "ari_app.standalone.yielding"],
        environment={"DUUDLAGA_HOME": str(settings.home), "DUUDLAGA_PARTS": str(settings.parts)},
        prepare=lambda: ready.unlink(missing_ok=True),
        is_ready=ready.exists,
    )


class Yielding:
    """Watches the house of these settings, and takes robots away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def run(self) -> None:
        """Watch for ever, over as many connections as it takes."""
        trouble = ""
        while True:
            try:
                async with house_manager(self._settings) as manager:
                    trouble = ""
                    await self._watch(manager)
            except ServiceError as error:
                if str(error) != trouble:
                    log.warning("not_watching", reason=str(error))
                trouble = str(error)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _watch(self, manager: OutsideAmi) -> None:
        while True:
            if simulated(self._settings):
                await list_contacts(manager)
            else:
                await manager.act("Ping")
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    while True:
                        await self._hear(await manager.next_event())

    async def _hear(self, event: Mapping[str, str]) -> None:
        agent = real_phone(event, self._settings.outside_address)
        if agent is not None and agent in simulated(self._settings):
            log.info("yielded", agent=agent)
            note_yielded(self._settings, agent, away=True)
            await asyncio.to_thread(give_agents_phones, self._settings)


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    ready = settings.run / "yielding.ready"
    watching = asyncio.create_task(Yielding(settings).run())
    stopping = asyncio.create_task(stop.wait())
    ready.write_text(f"{os.getpid()}\n")
    try:
        await asyncio.wait([watching, stopping], return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            await watching  # it never ends by itself: what it raised ends this process
    finally:
        ready.unlink(missing_ok=True)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = Settings.load()
    log_to(settings.log / "yielding.log")
    with last_words():
        asyncio.run(_run(settings))


if __name__ == "__main__":
    main()
