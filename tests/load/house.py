"""A whole Duudlaga in a home of its own, for load tests and benchmarks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from ari_app.commands.live_state import live_state
from ari_app.media.sound import Sound
from ari_app.settings import Settings
from ari_app.simulator.known_sounds import KnownSounds
from ari_app.standalone.asterisk import node
from ari_app.standalone.client_import import import_clients
from ari_app.standalone.status import Status, status
from ari_app.store.database import connect
from ari_app.store.roles import WRITER
from ari_app.telephony.phones import PREFIX
from tests import spoken
from tests.load.machine import cpu_seconds
from tests.load.tone import write_tone

START_SECONDS = 120
STOP_SECONDS = 60
PHONES_SECONDS = 10
"""Less than the 15 s after which Asterisk would ask each phone of its own accord."""
# Between the blocks of the usual copies and Linux's ephemeral ports: 2,000 legs.
_RTP = "DUUDLAGA_RTP_START=28000\nDUUDLAGA_RTP_END=31999\n"

Document = Mapping[str, Any]


class House:
    """Started by entering it, stopped and removed by leaving it.

    It runs the same processes as `duudlaga up`, under the same account.
    """

    overrides = _RTP
    """The home's settings.env."""

    def __init__(self) -> None:
        """Choose a home; nothing is started yet."""
        # In /tmp: a socket's path has little room.
        self._folder = tempfile.TemporaryDirectory(prefix="duudlaga-", dir="/tmp")
        home = Path(self._folder.name) / "home"
        home.mkdir()
        Path(self._folder.name).chmod(0o755)
        (home / "settings.env").write_text(self.overrides)
        self.settings = Settings.load(home=home)
        spoken.give(home)
        self._supervisor: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start everything and wait until it is ready; ``RuntimeError`` when it is not in time."""
        self.settings.log.mkdir(parents=True, exist_ok=True)
        with (self.settings.log / "house.log").open("ab") as output:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "ari_app.standalone.supervisor"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={
                    **os.environ,
                    "DUUDLAGA_HOME": str(self.settings.home),
                    "DUUDLAGA_PARTS": str(self.settings.parts),
                },
                cwd="/",
                start_new_session=True,
            )
        try:
            self._wait_until_running(time.monotonic() + START_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything and remove the home."""
        if self._supervisor is not None:
            self._supervisor.terminate()
            try:
                self._supervisor.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._supervisor.kill()  # the kernel then stops what it has started
                self._supervisor.wait()
        self._folder.cleanup()

    @property
    def sip(self) -> tuple[str, int]:
        """Where callers and phones find the house."""
        return self.settings.sip_address, self.settings.sip_port

    def pid(self, process: str) -> int:
        """The process id of one of the services now."""
        for line in status(self.settings).processes:
            if line.name == process and line.pid is not None:
                return line.pid
        raise RuntimeError(f"{process} does not run in {self.settings.home}")

    def cpu(self) -> dict[str, float]:
        """CPU seconds that each service has used so far, with its children."""
        running = status(self.settings).processes
        return {line.name: cpu_seconds(line.pid) for line in running if line.pid is not None}

    def bring_in(
        self, documents: Mapping[str, Document], sounds: Mapping[str, Sound] | None = None
    ) -> None:
        """Import clients and agents, and publish them.

        Files are there for their prompts: ``second.wav``, and one of each name in ``sounds``.
        """
        folder = Path(self._folder.name) / "documents"
        folder.mkdir(exist_ok=True)
        write_tone(folder / "second.wav", 1.0)
        for slug, sound in (sounds or {}).items():
            sound.write(folder / f"{slug}.wav")
        for name, document in documents.items():
            # JSON is YAML, too.
            (folder / f"{name}.yaml").write_text(json.dumps(document))
        with closing(connect(self.settings.postgres_address(WRITER), "load")) as writer:
            report = import_clients(self.settings, writer, [folder])
        if report.problems:
            raise RuntimeError("; ".join(report.problems))

    def passwords(self, agents: list[str]) -> dict[str, str]:
        """The phones' passwords, as soon as all of them can register."""
        book = self.settings.home / "phones.json"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            known = json.loads(book.read_text()) if book.exists() else {}
            if known.keys() >= set(agents) and self._accounts() >= {f"{PREFIX}{a}" for a in agents}:
                return {agent: known[agent] for agent in agents}
            time.sleep(0.2)
        raise RuntimeError(f"the phones of {agents} cannot register within {START_SECONDS} s")

    def await_phones(self, agents: list[str]) -> None:
        """Return when the controller knows that all these phones can be rung."""
        house: dict[str, Any] = {agent: {"clients": {}} for agent in agents}
        deadline = time.monotonic() + PHONES_SECONDS
        with live_state(self.settings) as live:
            while away := [a.slug for a in live.agents(house).values() if not a.registered]:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the phones of {away} are away after {PHONES_SECONDS} s")
                time.sleep(0.1)

    def _accounts(self) -> set[str]:
        """The phones that Asterisk knows."""
        words = node(self.settings).ask("pjsip list endpoints").split()
        return {name.split("/")[0] for before, name in pairwise(words) if before == "Endpoint:"}

    def add_dialplan(self, text: str) -> None:
        """Add lines to the rendered dialplan of this home and put them in force."""
        file = self.settings.asterisk_etc / "extensions.conf"
        file.write_text(f"{file.read_text()}\n{text}\n")
        node(self.settings).ask("dialplan reload")

    def client_prompt(self, client: str, language: str, slug: str) -> Path:
        """Where a client's prompt lies, without its extension: Asterisk's name for it."""
        return self.settings.client_prompts / client / language / slug

    def _wait_until_running(self, deadline: float) -> None:
        self._wait_for_ports(deadline)
        self._wait_for(deadline, lambda now: now.phase == "running")
        spoken.keep(self.settings.home)

    def _wait_for_ports(self, deadline: float) -> None:
        """Know the ports that this copy has in the end: another one may have taken the first."""
        self._wait_for(deadline, lambda now: now.pid is not None)
        self.settings = Settings.load(home=self.settings.home, parts=self.settings.parts)

    def _wait_for(self, deadline: float, come: Callable[[Status], bool]) -> None:
        assert self._supervisor is not None
        while not come(now := status(self.settings)):
            if self._supervisor.poll() is not None or time.monotonic() > deadline:
                words = (self.settings.log / "house.log").read_text()[-2000:]
                raise RuntimeError(f"the house does not start ({now.failure or now.step}): {words}")
            time.sleep(0.1)


def known_sounds(settings: Settings) -> KnownSounds:
    """All prompts that lie in this home now, and the music."""
    music = settings.asterisk_state / "data" / "moh"
    return KnownSounds.below(settings.home / "prompts", music.resolve())
