"""The machine on which figures are taken: what it is, and how busy it is."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _CUTIME_END = 11, 15  # proc(5), fields 14 to 17, counted behind the command's bracket
BUSY_LOAD = 0.5
"""Load per core, before a benchmark begins, from which its figures say little."""


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process, its waited-for children, and its living children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # a child that ended just now
    own = sum(int(ticks) for ticks in fields[_UTIME:_CUTIME_END]) / _TICKS
    return own + sum(cpu_seconds(int(child)) for child in children)


def description() -> str:
    """The machine in one line."""
    cores = os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {cores} cores, {memory:.0f} GB, Linux {platform.release()}, "
        f"Python {platform.python_version()}; generator, phones, Asterisk and controller "
        "share the machine, over loopback"
    )


def load() -> float:
    """Processes that ran or wanted to, on average over the last minute."""
    return os.getloadavg()[0]


def is_busy() -> bool:
    """Whether others use the machine so much that figures say little."""
    return load() > BUSY_LOAD * (os.cpu_count() or 1)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
