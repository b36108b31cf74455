"""A whole copy of Duudlaga for tests: everything real, in a home of its own, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from ari_app.acd.agents import READY, rests
from ari_app.commands.live_state import live_state
from ari_app.places import REPOSITORY
from ari_app.settings import Settings
from ari_app.standalone.status import ProcessStatus, Status, status
from ari_app.store.database import connect
from tests import spoken
from tests.call.listening import give_voices

T = TypeVar("T")

AGENTS = ("bold", "saraa", "tuya")
"""Those of the demo."""


def eventually(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """Return what ``look`` finds as soon as it is true; fail with ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


@dataclass
class House:
    """A running copy with the demo's clients."""

    home: Path = field(
        default_factory=lambda: Path(tempfile.mkdtemp(prefix="duudlaga-house-", dir="/tmp"))
    )
    environment: dict[str, str] = field(default_factory=dict)
    """Variables that all its processes have beside the usual."""
    supervisor: subprocess.Popen[bytes] | None = None
    test_began: float = 0.0
    """In Unix seconds; calls before it belong to other tests."""

    @property
    def settings(self) -> Settings:
        """The settings of this copy."""
        return Settings.load(home=self.home)

    def __enter__(self) -> Self:
        """Start everything."""
        self.home.chmod(0o755)  # started by root, the services run as another account
        spoken.give(self.home)
        give_voices(self.settings)
        self.supervisor = subprocess.Popen(
            [sys.executable, "-m", "ari_app.standalone.supervisor"],
            env={**os.environ, **self.environment, "DUUDLAGA_HOME": str(self.home)},
            cwd=REPOSITORY,
        )
        try:
            eventually(self._has_started, 240, "everything runs")
            eventually(lambda: len(self.ready_agents()) == 3, 60, "the demo's agents are ready")
        except BaseException:
            self.supervisor.send_signal(signal.SIGTERM)
            self.supervisor.wait(60)
            raise
        spoken.keep(self.home)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything; nothing may be left."""
        assert self.supervisor is not None
        pids = [process.pid for process in self.status().processes if process.pid]
        self.supervisor.send_signal(signal.SIGTERM)
        assert self.supervisor.wait(60) == 0
        assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
        shutil.rmtree(self.home)

    def _has_started(self) -> bool:
        assert self.supervisor is not None
        assert self.supervisor.poll() is None, self.status().failure
        return self.status().phase == "running"

    def status(self) -> Status:
        """What runs."""
        return status(self.settings)

    def process(self, name: str) -> ProcessStatus:
        """One process of this copy."""
        return next(each for each in self.status().processes if each.name == name)

    def duudlaga(self, *arguments: str | Path) -> str:
        """Run the command line in this home; return what it printed."""
        done = subprocess.run(
            [Path(sys.executable).with_name("duudlaga"), *arguments],
            env={**os.environ, "DUUDLAGA_HOME": str(self.home)},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def import_client(self, file: Path) -> None:
        """Import a client and wait until the controller answers for it."""
        client = self.duudlaga("client", "import", file)
        assert client
        log = self.settings.log / "controller.log"
        version = (self.settings.current_snapshot).readlink().name
        eventually(lambda: version in log.read_text(), 10, f"snapshot {version} is in force")

    def rows(self, query: str, *values: object) -> list[Any]:
        """What Postgres has, asked as the role that sees all clients."""
        with closing(connect(self.settings.postgres_address("duudlaga_writer"), "test")) as link:
            cursor = link.cursor()
            cursor.execute(query, values)
            return cursor.fetchall()

    def entries(self, call: str) -> list[tuple[str, dict[str, Any]]]:
        """The journal of a call, in order: (kind, data)."""
        with closing(sqlite3.connect(self.settings.journal)) as journal:
            rows = journal.execute(
                "SELECT kind, data FROM entries WHERE call = ? ORDER BY seq", (call,)
            )
            return [(kind, json.loads(data)) for kind, data in rows]

    def newest_call(self) -> str:
        """The id of the call that came in last, which may still go on."""
        with closing(sqlite3.connect(self.settings.journal)) as journal:
            (call,) = journal.execute(
                "SELECT call FROM entries WHERE kind = 'call_offered' ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            return str(call)

    def call_from(self, caller: str, seconds: float = 5) -> Any:
        """The row of the ended call of this caller; callers call once in a test."""
        query = (
            "SELECT * FROM calls WHERE caller_raw = %s AND outcome IS NOT NULL"
            " AND offered_at >= to_timestamp(%s)"
        )
        found = eventually(
            lambda: self.rows(query, caller, self.test_began), seconds, f"the call of {caller}"
        )
        assert len(found) == 1, found
        return found[0]

    def ready_agents(self) -> Sequence[str]:
        """Agents who can be rung now: ready, and not at rest after a ring that came to nothing."""
        with live_state(self.settings) as live:
            agents = live.agents({slug: {"clients": {}} for slug in AGENTS})
        now = time.time()
        return [
            slug for slug, agent in agents.items() if agent.state == READY and not rests(agent, now)
        ]

    def held_by_asterisk(self) -> str:
        """Asterisk's channels and bridges, in its own words; empty when there are none."""
        from ari_app.standalone import asterisk  # noqa: PLC0415

        node = asterisk.node(self.settings)
        channels = node.ask("core show channels concise").strip()
        bridges = node.ask("bridge show all").strip().splitlines()[1:]
        return "\n".join([channels, *bridges]).strip()
