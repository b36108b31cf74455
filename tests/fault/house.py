"""A house for drills: its controller can be killed at chosen points and its lines be cut."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

from ari_app.live.commands import send
from ari_app.places import REPOSITORY
from ari_app.standalone.account import give_back
from ari_app.standalone.asterisk import node
from ari_app.standalone.redis import client
from ari_app.standalone.status import ProcessStatus, status
from ari_app.store.database import connect
from ari_app.store.roles import WRITER
from tests.fault.clients import AGENTS, LONG, LONG_SECONDS, SECOND, documents
from tests.load import house as load
from tests.load.tone import write_tone

SILENT_LINE_SECONDS = 120
"""After so long without a packet a caller's line is dead; in production it takes longer."""


class FaultHouse(load.House):
    """Started by entering it; all processes are real, each can be killed, stopped and resumed."""

    overrides = f"{load.House.overrides}DUUDLAGA_SILENT_LINE_SECONDS={SILENT_LINE_SECONDS}\n"
    _line: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start everything, and take the clients of a drill in."""
        self._ports = _free_ports()
        self.settings.log.mkdir(parents=True, exist_ok=True)
        with (self.settings.log / "house.log").open("ab") as output:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "tests.fault.supervisor"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={
                    **os.environ,
                    "DUUDLAGA_HOME": str(self.settings.home),
                    "DUUDLAGA_PARTS": str(self.settings.parts),
                    "FAULT_ARI_PORT": str(self._ports[0]),
                    "FAULT_AMI_PORT": str(self._ports[1]),
                },
                cwd=REPOSITORY,
                start_new_session=True,
            )
        deadline = time.monotonic() + load.START_SECONDS
        try:
            self._wait_for_ports(deadline)
            self._line = self._lay_line()
            self._wait_until_running(deadline)
            self._move_in()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        for name in ("controller", "shipper", "recorder", "redis", "postgres", "asterisk"):
            with suppress(RuntimeError):  # it is down
                self.resume(name)
        super().__exit__()
        if self._line is None:
            return
        assert self._line.stdin is not None
        assert self._line.stdout is not None
        self._line.stdin.close()
        self._line.stdout.close()
        self._line.wait(10)

    def _lay_line(self) -> subprocess.Popen[bytes]:
        targets = self.settings.ari_port, self.settings.ami_port
        pairs = [f"{port}:{target}" for port, target in zip(self._ports, targets, strict=True)]
        line = subprocess.Popen(
            [sys.executable, "-m", "tests.fault.proxy", *pairs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=REPOSITORY,
        )
        assert line.stdout is not None
        assert line.stdout.readline() == b"ready\n", "the line to Asterisk does not stand"
        return line

    def _move_in(self) -> None:
        folder = Path(self._folder.name) / "documents"
        folder.mkdir()
        write_tone(folder / f"{LONG}.wav", LONG_SECONDS)
        write_tone(folder / f"{SECOND}.wav", 1.0)
        self.bring_in(documents())
        give_back(self.settings.home)
        self.passwords(AGENTS)

    def order(self, words: str) -> None:
        """Tell the line between controller and Asterisk what to do (tests/fault/proxy.py)."""
        assert self._line is not None
        assert self._line.stdin is not None
        self._line.stdin.write(f"{words}\n".encode())
        self._line.stdin.flush()

    def process(self, name: str) -> ProcessStatus:
        """How one process is."""
        return next(each for each in status(self.settings).processes if each.name == name)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and to whatever it has started."""
        with suppress(ProcessLookupError):  # it died this moment
            os.killpg(os.getpgid(self.pid(name)), number)

    def kill(self, name: str) -> None:
        """kill -9."""
        self.signal(name, signal.SIGKILL)

    def stop(self, name: str) -> None:
        """Hang it (SIGSTOP)."""
        self.signal(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let it go on (SIGCONT)."""
        self.signal(name, signal.SIGCONT)

    def steer(self, file: str, text: str | None) -> None:
        """Write one of the files that steer the controller, or take it away."""
        path = self.settings.run / file
        if text is None:
            path.unlink(missing_ok=True)
            return
        new = path.with_suffix(".new")
        new.write_text(text)
        new.chmod(0o666)
        new.rename(path)

    def is_well(self) -> bool:
        """Whether every process is ready and the journal is shipped up to its end."""
        processes = status(self.settings).processes
        return (
            all(each.health == "ready" for each in processes)
            and (self.settings.run / "shipper.ready").exists()
        )

    async def becomes_well(self, seconds: float) -> bool:
        """Whether it does so in time."""
        deadline = time.monotonic() + seconds
        while not self.is_well():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.1)
        return True

    def fallbacks(self) -> list[int]:
        """The process ids of AGI programs that have a call now."""
        found = []
        launcher = bytes(self.settings.home / "etc" / "fallback.agi")
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if launcher in words:
                    found.append(int(folder.name))
        return found

    def rows(self, query: str, *values: object) -> list[Any]:
        """What Postgres has, asked as the role that sees all clients."""
        with closing(connect(self.settings.postgres_address(WRITER), "fault")) as link:
            cursor = link.cursor()
            cursor.execute(query, values)
            return cursor.fetchall()

    def agent_states(self) -> dict[str, str]:
        """The last state of every agent, as the journal has it."""
        with closing(sqlite3.connect(self.settings.journal)) as journal:
            rows = journal.execute(
                "SELECT json_extract(data, '$.agent'), json_extract(data, '$.new') FROM entries"
                " WHERE kind = 'agent_state_changed' ORDER BY seq"
            )
            return dict(rows.fetchall())

    def wake_agents(self) -> None:
        """Those who were paused, because they let it ring too often, are ready again."""
        with client(self.settings) as redis:
            for agent, state in self.agent_states().items():
                if state == "paused":
                    send(redis, "ready", {"agent": agent})

    def ask_asterisk(self, line: str) -> str:
        """What Asterisk's console answers."""
        return node(self.settings).ask(line)

    def agent_passwords(self) -> dict[str, str]:
        """The phones' passwords."""
        book = json.loads((self.settings.home / "phones.json").read_text())
        return {agent: book[agent] for agent in AGENTS}


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
