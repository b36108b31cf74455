"""How many files a process may have open: a call costs Asterisk about five."""

from __future__ import annotations

import resource

MOST = 65_536
"""Some ten thousand calls. Not more: a few programs close, before they start another, each file
that they might have open."""


def allow_many() -> None:
    """Allow this process, and all that it starts, as many open files as it may have by itself.

    A login's own limit is usually 1,024, at which Asterisk takes no call beyond some 180; up to the
    hard limit everybody may raise it (setrlimit(2)).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(MOST, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
