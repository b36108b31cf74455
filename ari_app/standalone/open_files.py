"""How many files a process may have open: 200 calls take more than 1,000 of Asterisk's."""

from __future__ import annotations

import resource

MOST = 65_536
"""Thousands of calls. Not more: a few programs close, before they start another, each file
that they might have open."""


def allow_many() -> None:
    """Allow this process, and all that it starts, as many open files as it may have by itself.

    A login's own limit is usually 1,024, with which Asterisk does not carry 200 calls; up to the
    hard limit everybody may raise it (setrlimit(2)).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(MOST, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
