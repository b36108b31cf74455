"""Start a small house in a folder of its own, and make sure that nothing of it stays."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ari_app.places import REPOSITORY
from ari_app.settings import Settings
from ari_app.standalone.status import Status, status


class House:
    """Use it as a context manager: running inside, gone behind."""

    def __init__(self) -> None:
        # Not pytest's folder: sockets have short paths, and an ordinary account must get in.
        self.home = Path(tempfile.mkdtemp(prefix="duudlaga-"))
        self.home.chmod(0o755)
        self.settings = Settings.load(home=self.home)
        self.supervisor: subprocess.Popen[str] | None = None

    def __enter__(self) -> "House":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.home)

    def start(self) -> None:
        """Start, and return when all is ready."""
        self.supervisor = self.spawn()
        deadline = time.monotonic() + 40
        while self.status().phase != "running":
            if self.supervisor.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(self.supervisor.communicate(timeout=5)[0])
            time.sleep(0.05)
        self.settings = Settings.load(home=self.home)

    def spawn(self) -> subprocess.Popen[str]:
        """Start a supervisor in this home and do not wait."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.standalone.small_house"],
            env={**os.environ, "DUUDLAGA_HOME": str(self.home)},
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def stop(self) -> None:
        """Stop as `duudlaga down` does."""
        if self.supervisor is not None:
            self.supervisor.terminate()
            self.supervisor.communicate(timeout=40)
            self.supervisor = None

    def status(self) -> Status:
        """What runs."""
        return status(self.settings)

    def pid(self, name: str) -> int:
        """The process number of one service that runs."""
        pid = next(line.pid for line in self.status().processes if line.name == name)
        assert pid is not None
        return pid

    def living(self) -> list[str]:
        """The commands of all processes that have this home in their command line."""
        lines = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it ended meanwhile
            if str(self.home) in command:
                lines.append(command)
        return lines
