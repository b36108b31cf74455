"""A temporary Redis for tests: its own folder, a Unix socket only, gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from ari_app.parts import release_program

_PARTS = Path(os.environ.get("DUUDLAGA_PARTS", Path(__file__).resolve().parents[2] / ".parts"))


class RedisServer:
    """A server that a story may kill, freeze, start again or empty."""

    def __init__(self) -> None:
        """Make the folder and start."""
        self.folder = Path(tempfile.mkdtemp(prefix="duudlaga-redis-", dir="/tmp"))
        self.socket = self.folder / "socket"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start, empty unless :meth:`save` was called before, and wait for the answer."""
        program = release_program(_PARTS, "redis-server")
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                program.command(*options, "--dir", self.folder),
                stdout=log,
                stderr=log,
                env=program.environment(),
            )
        deadline = time.monotonic() + 10
        while not self._answers():
            if time.monotonic() > deadline:
                raise AssertionError(f"Redis does not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.02)

    def client(self) -> Redis:
        """A plain client; close it."""
        return Redis(unix_socket_path=str(self.socket), decode_responses=True)

    def kill(self) -> None:
        """Die without a last word; what is not saved is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Hang, with all connections open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on where it hung."""
        self._signal(signal.SIGCONT)

    def save(self) -> None:
        """Write the dump from which the next start begins."""
        with self.client() as client:
            client.save()

    def flush(self) -> None:
        """Lose everything and go on."""
        with self.client() as client:
            client.flushall()

    def remove(self) -> None:
        """End it and remove its folder."""
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self.kill()
        shutil.rmtree(self.folder)

    def stored(self, key: str) -> dict[str, str]:
        """The hash under this key."""
        with self.client() as client:
            record: dict[str, str] = client.hgetall(key)
            return record

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False
