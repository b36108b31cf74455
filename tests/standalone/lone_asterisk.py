"""The house's Asterisk alone, with its own configuration: ready within a second."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from ari_app.settings import Settings
from ari_app.standalone.asterisk import is_ready, node, prepare

READY_SECONDS = 30.0


class LoneAsterisk:
    """Use it as a context manager: running inside, gone behind. Calls get the last step."""

    def __init__(self) -> None:
        # Not pytest's folder: sockets have short paths.
        self.home = Path(tempfile.mkdtemp(prefix="duudlaga-"))
        self._held = ExitStack()
        self.settings = self._held.enter_context(Settings.load(home=self.home).held_ports())
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it takes SIP."""
        return self.settings.sip_address, self.settings.sip_port

    def __enter__(self) -> Self:
        for folder in (self.settings.log, self.settings.run):
            folder.mkdir(parents=True, exist_ok=True)
        prepare(self.settings)
        self._process = subprocess.Popen(
            node(self.settings).command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + READY_SECONDS
        while not is_ready(self.settings):
            if self._process.poll() is not None or time.monotonic() > until:
                self._process.kill()
                raise AssertionError(f"Asterisk did not start: see {self.settings.log}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._held.close()
        shutil.rmtree(self.home)
