"""Processes of an earlier supervisor that was killed and could not stop them."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from ari_app.standalone.status import Status

_STARTED_TICKS = 19  # field 22 of /proc/<pid>/stat (proc(5)), counted behind the command's bracket
_PATIENCE_SECONDS = 10
# The kernel's start time and our note of it differ by the moment between.
_TOLERANCE_SECONDS = 5


def end_leftovers(last: Status) -> None:
    """Wait for the processes of the last status to end, and kill those that do not.

    The kernel has told them to stop when the supervisor died. A number that another process has
    got since is known by its time of birth, and left alone.
    """
    noted = [(line.pid, line.since) for line in last.processes if line.pid and line.since]
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while alive := [pid for pid, since in noted if _is_the_same(pid, since)]:
        if time.monotonic() > deadline:
            for pid in alive:
                with suppress(ProcessLookupError):  # ended this moment
                    os.killpg(pid, signal.SIGKILL)
        time.sleep(0.05)


def _is_the_same(pid: int, since: float) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    if fields[0] == "Z":
        return False
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    age = uptime - int(fields[_STARTED_TICKS]) / os.sysconf("SC_CLK_TCK")
    return abs(time.time() - age - since) < _TOLERANCE_SECONDS
