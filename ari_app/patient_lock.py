"""Waiting for a lock that another process holds, and not for ever. The standard library alone."""

from __future__ import annotations

import fcntl
import time

# The longest work that is done under one: some 300 MB over a slow line.
LONGEST_WAIT_SECONDS = 3600.0
_POLL_SECONDS = 0.1


def lock_within(handle: int, seconds: float = LONGEST_WAIT_SECONDS) -> bool:
    """Take the exclusive lock of this open file; tell whether it was free within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True
