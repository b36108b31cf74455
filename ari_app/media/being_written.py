"""Whether a file is still being written: the kernel knows, whoever the writer is."""

from __future__ import annotations

import fcntl
from pathlib import Path


def is_being_written(file: Path) -> bool:
    """Return whether any process has ``file`` open for writing.

    A read lease is granted only when nobody has (fcntl(2), ``F_SETLEASE``); it is given back at
    once. ``False`` where that cannot be told: on a file of somebody else, or a file system without
    leases.
    """
    with file.open("rb") as handle:
        try:
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
