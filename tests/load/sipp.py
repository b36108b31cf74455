"""Callers from sipp 3.6.1: quick to scale, each doing the same thing at the same moment.

For calls that differ, or that somebody has to talk to one by one, see :mod:`tests.load.callers`.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.parts import release_program
from tests.load.sound import voice

SCENARIOS = Path(__file__).parent / "scenarios"
RTP_PORT = 14000
_OVERLOADED = ("Overload", "watchdog")


@dataclass(frozen=True, slots=True)
class SippReport:
    """What became of the calls. ``set_up_ms`` is INVITE to 200 of each answered call.

    ``overloaded``: sipp itself had not enough CPU, so the run says nothing about the house.
    ``errors`` are sipp's words on calls that went otherwise than the scenario.
    """

    succeeded: int
    failed: int
    set_up_ms: tuple[float, ...]
    overloaded: bool
    errors: str


@dataclass(frozen=True, slots=True)
class Sipp:
    """A run of one scenario of tests/load/scenarios from ``host``, a loopback address.

    Each caller has a line of ``callers``: the number, and the key to press or nothing. There are as
    many calls as lines.
    """

    parts: Path
    scenario: str
    host: str
    house: tuple[str, int]
    number: str
    callers: Sequence[tuple[str, str]]
    rate: float
    hold_ms: int = 0
    patience_seconds: float = 60.0

    def run(self) -> SippReport:
        """Place the calls (open loop) and wait until the last is over.

        Raises ``RuntimeError`` with sipp's words when it could not work at all.
        """
        with tempfile.TemporaryDirectory(prefix="sipp-") as name:
            folder = Path(name)
            (folder / "callers.csv").write_text(
                "SEQUENTIAL\n" + "".join(f"{number};{more}\n" for number, more in self.callers)
            )
            (folder / "sound.al").write_bytes(voice(400) * 250)  # five seconds, repeated
            done = self._start(folder)
            if not (folder / "statistics.csv").exists():
                raise RuntimeError(f"sipp ended with status {done.returncode}: {done.stderr}")
            return _report(folder, done.stderr)

    def _start(self, folder: Path) -> subprocess.CompletedProcess[str]:
        program = release_program(self.parts, "sipp")
        arguments = {
            "-sf": SCENARIOS / f"{self.scenario}.xml",
            "-inf": folder / "callers.csv",
            "-i": self.host,
            "-mi": self.host,
            "-mp": RTP_PORT,
            "-s": self.number,
            "-m": len(self.callers),
            "-r": f"{self.rate:g}",
            "-d": self.hold_ms,
            "-timer_resol": 1,
            "-timeout": f"{self.patience_seconds:g}",
            "-stf": folder / "statistics.csv",
            "-error_file": folder / "errors.log",
            "-rtt_freq": 1,
        }
        options = [str(word) for pair in arguments.items() for word in pair]
        flags = ["-nostdin", "-trace_stat", "-trace_err", "-trace_rtt"]
        return subprocess.run(
            program.command(f"{self.house[0]}:{self.house[1]}", *options, *flags),
            cwd=folder,
            env={**program.environment(), "TERM": "dumb"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=self.patience_seconds + 30,
            check=False,
        )


def _report(folder: Path, words: str) -> SippReport:
    with (folder / "statistics.csv").open() as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    times: list[float] = []
    for path in folder.glob("*_rtt.csv"):
        with path.open() as file:
            times += [float(row[1]) for row in list(csv.reader(file, delimiter=";"))[1:]]
    log = folder / "errors.log"
    errors = words + (log.read_text(errors="replace") if log.exists() else "")
    return SippReport(
        succeeded=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        set_up_ms=tuple(times),
        overloaded=any(word in errors for word in _OVERLOADED),
        errors=errors,
    )
