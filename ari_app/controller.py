"""The controller process: runs the calls of one Asterisk. ``python -m ari_app.controller``.

This is the only place where its parts meet; each of them is given what it needs and looks for
nothing itself.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
import uvloop

from ari_app.acd.agents import AgentView
from ari_app.clock import SteadyClock
from ari_app.flow.entries import Entry
from ari_app.flow.unassigned import HOUSE
from ari_app.health.controller import ControllerHealth, Parts
from ari_app.health.server import HealthServer
from ari_app.health.socket_path import health_socket
from ari_app.health.turns import CountedTurns
from ari_app.journal.store import Journal
from ari_app.last_words import last_words
from ari_app.live.agent_store import connect
from ari_app.live.agents import AgentBoard
from ari_app.live.commands import CommandListener, CommandRefusedError
from ari_app.logs import log_to
from ari_app.media.prompts import forget, resolve
from ari_app.settings import Settings
from ari_app.snapshot.reader import Snapshot
from ari_app.standalone.asterisk import HOUSE_LANGUAGE, SYSTEM_NAME
from ari_app.telephony import ari
from ari_app.telephony.adoption import Adoption
from ari_app.telephony.ami import Ami
from ari_app.telephony.call import Call
from ari_app.telephony.execute import APP, Executor
from ari_app.telephony.inbound import Inbound
from ari_app.telephony.intake import Intake
from ari_app.telephony.leases import Leases
from ari_app.telephony.phone_book import PhoneBook
from ari_app.telephony.phones import Phone, Phones, PhoneState
from ari_app.telephony.pulse import Pulse
from ari_app.telephony.queues import Queues
from ari_app.telephony.runs import Runs
from ari_app.telephony.switchboard import Switchboard
from ari_app.telephony.talks import Talks
from ari_app.telephony.traces import Disk

log = structlog.get_logger(__name__)

HOUSEKEEPING_SECONDS = 1.0
RECOVERY_RETRY_SECONDS = 0.5
AMI_PATIENCE_SECONDS = 2.0


class Controller:
    """All parts of a running controller, wired by hand."""

    def __init__(self, settings: Settings) -> None:
        clock = SteadyClock()
        self._settings = settings
        self._snapshot = Snapshot.open(settings.snapshot)
        self._journal = Journal(settings.journal)
        self._ari = ari.Ari(settings.ari_http_url, "duudlaga", settings.ari_password, APP)
        self._ami = Ami(*settings.ami_endpoint, "duudlaga", settings.ami_password)
        self._redis = connect(settings.redis_address)
        self._board = AgentBoard(
            self._redis,
            SYSTEM_NAME,
            on_change=self._agent_changed,
            on_news=self._kick,
            clock=clock,
        )
        self._runs = Runs(self._journal, clock)
        self._queues = Queues(self._board, lambda: self._snapshot, clock)
        self._talks = Talks(self._ari, self._ami, settings.monitor)
        self._executor = Executor(
            self._ari, self._queues, self._talks, self._resolve, self._runs.note, clock
        )
        self._pulse = Pulse()
        turns = CountedTurns(self._runs)
        self._switchboard = Switchboard(turns, self._executor, clock, self._pulse)
        self._switchboard.pause()
        self._switchboard.on_stand_still = self._connected
        self._queues.post = self._executor.post = self._switchboard.post
        self._talks.may_act = self._switchboard.may_act
        self._intake = Intake(
            lambda: self._snapshot, self._runs, self._switchboard, clock, HOUSE_LANGUAGE
        )
        self._inbound = Inbound(
            self._ari, self._switchboard, self._intake, self._executor, clock.of
        )
        self._executor.on_doubt = self._inbound.doubt
        self._adoption = Adoption(
            self._ari, self._switchboard, self._executor, self._runs, self._intake, clock,
            Disk(settings.cel, clock.of),
        )  # fmt: skip
        self._leases = Leases(
            self._ami, self._switchboard, self._can_act, clock, self._inbound.doubt
        )
        self._phones = Phones(self._ari, self._phone_changed)
        self._book = PhoneBook(settings.home / "phones.json")
        self._commands = CommandListener(self._redis, SYSTEM_NAME, self._carry_out)
        self._health = ControllerHealth(
            Parts(
                self._ari,
                self._ami,
                self._board,
                self._runs,
                turns,
                self._switchboard,
                self._leases,
                self._adoption,
                self._executor.plays,
            )
        )
        self._door = HealthServer(health_socket(settings.run, "controller"), self._health.report)
        self._tasks: list[asyncio.Task[None]] = []
        self._changes: set[asyncio.Task[Any]] = set()
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Work until told to stop. Live calls stay in Asterisk for whoever comes next."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._stop.set)
        self._door.start()
        self._talks.prepare((HOUSE, *self._snapshot.clients))
        self._board.set_house(self._house())
        await self._board.start()
        await self._commands.start()
        self._ari.on_event(self._inbound)
        self._ari.on_connect(self._connected)
        self._ari.on_disconnect(lambda _reason: self._switchboard.pause())
        self._ari.on_replaced(self._stop.set)
        await self._ami.start()
        await self._ari.start()
        for work in (
            self._pulse.run(),
            self._health.run(),
            self._queues.run(),
            self._leases.run(),
            self._runs.run(),
            self._keep_house(),
        ):
            task = asyncio.create_task(work)
            task.add_done_callback(self._part_ended)
            self._tasks.append(task)
        await self._stop.wait()
        await self._close()

    def _part_ended(self, task: asyncio.Task[None]) -> None:
        """A controller without one of its parts is none: another is started in its place."""
        if not task.cancelled():
            log.critical("part_ended", part=task.get_name(), error=repr(task.exception()))
            self._stop.set()

    async def _close(self) -> None:
        log.info("controller_stops", calls=len(self._switchboard))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._switchboard.close()
        await self._ari.stop()
        await self._phones.stop()
        await self._talks.close()
        await self._queues.close()
        await self._ami.stop()
        await self._commands.stop()
        await self._board.stop()
        await self._redis.aclose()
        self._runs.save_late()
        self._journal.close()
        self._snapshot.close()
        self._door.close()

    def _can_act(self, call: Call) -> bool:
        knows = self._ari.connected and self._switchboard.may_act()
        return knows and not self._ari.stuck(call.id)

    def _connected(self) -> None:
        self._soon(self._recover())

    async def _recover(self) -> None:
        # Leases and recordings need AMI, which comes back a little later than ARI.
        with suppress(TimeoutError):
            async with asyncio.timeout(AMI_PATIENCE_SECONDS):
                await self._ami.wait_connected()
        try:
            await self._adoption.run()
            self._switchboard.resume()
            self._leases.sweep()
            await self._push_phones()
            calls = frozenset(call.id for call in self._switchboard)
            await self._board.reconcile(calls)
        except ari.ConnectionLost:
            return  # the next connection recovers
        except ari.AriError as error:
            # Asterisk answers 503 while it boots.
            log.warning("recovery_waits", reason=str(error))
            await asyncio.sleep(RECOVERY_RETRY_SECONDS)
            if self._ari.connected:
                self._connected()
            return
        # What lives as long as the process need not be looked at again during calls.
        gc.freeze()
        ready = self._settings.run / "controller.ready"
        await asyncio.to_thread(ready.touch)
        log.info("controller_ready", calls=len(calls))

    async def _keep_house(self) -> None:
        """Once a second: leases and wrap-ups of agents, and a snapshot that was published."""
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            await self._board.tick(time.strftime("%Y-%m-%d"))
            if await asyncio.to_thread(self._snapshot.changed):
                await self._take_snapshot()

    async def _take_snapshot(self) -> None:
        former = self._snapshot
        self._snapshot = await asyncio.to_thread(Snapshot.open, self._settings.snapshot)
        former.close()
        await asyncio.to_thread(self._talks.prepare, (HOUSE, *self._snapshot.clients))
        forget()
        self._board.set_house(self._house())
        if self._ari.connected:
            await self._push_phones()
        log.info("snapshot_taken", version=self._snapshot.version)

    def _house(self) -> dict[str, AgentView]:
        return {
            slug: AgentView(
                slug, levels=agent["clients"], ready_on_register=agent["ready_on_register"]
            )
            for slug, agent in self._snapshot.agents.items()
        }

    async def _push_phones(self) -> None:
        for slug in self._snapshot.agents:
            password = await asyncio.to_thread(self._book.password, slug)
            await self._phones.push(Phone(slug, password))
        self._phones.keep_only(self._snapshot.agents.keys(), self._book.forget)

    def _phone_changed(self, phone: PhoneState) -> None:
        change = self._board.phone_registered if phone.reachable else self._board.phone_lost
        self._soon(change(phone.slug))

    def _agent_changed(self, agent: str, old: str, new: str, reason: str, at: float) -> None:
        facts = {"agent": agent, "old": old, "new": new, "reason": reason}
        self._runs.note(f"agent:{agent}", HOUSE, Entry("agent_state_changed", at, facts))

    def _kick(self) -> None:
        self._queues.kick()

    def _resolve(self, client: str, language: str, item: str) -> str | None:
        house = self._snapshot.clients.get(client)
        default = house["language"] if house else HOUSE_LANGUAGE
        return resolve(self._settings.home, client, language, item, default)

    async def _carry_out(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Do what a person asked for on the command line or on a screen."""
        agent = str(arguments.get("agent", ""))
        if name == "reload":
            await self._take_snapshot()
            return f"snapshot {self._snapshot.version}"
        if self._board.get(agent) is None:
            raise CommandRefusedError(f"there is no agent {agent!r}")
        if name == "pause":
            await self._board.pause(agent, str(arguments.get("reason") or "pause"))
        elif name == "ready":
            await self._board.unpause(agent)
            await self._board.wrap_up_over(agent)
        else:
            raise CommandRefusedError(f"there is no command {name!r}")
        view = self._board.get(agent)
        return view.state if view else "gone"

    def _soon(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._changes.add(task)
        task.add_done_callback(self._changes.discard)


async def main() -> None:
    """Run a controller with the settings of this home."""
    settings = Settings.load()
    log_to(settings.log / "controller.log")
    with last_words():
        await Controller(settings).run()


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
