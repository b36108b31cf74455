"""Keeps Asterisk's own account of the calls from filling the disk.

Asterisk opens cel.jsonl anew for every line (22.10.1, cel_custom), so a rename loses none, at any
moment and without a word to it: test_the_witness_may_be_renamed_at_any_time.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ari_app.journal.witness import Witness
from ari_app.store.database import Connection

log = structlog.get_logger(__name__)

LARGEST_BYTES = 50_000_000
"""About 20,000 calls, of which each writes some 2.5 KB."""
KEPT_SECONDS = 14 * 86400
"""How long a file that was set aside is kept, to answer questions about calls."""


class CelRotation:
    """Sets the event log ``cel`` aside when it is large; removes old ones that Postgres has."""

    def __init__(self, cel: Path, witness: Witness, largest_bytes: int = LARGEST_BYTES) -> None:
        self._cel = cel
        self._witness = witness
        self._largest_bytes = largest_bytes

    def turn(self, connection: Connection) -> None:
        """Look once; nothing is removed that was not read to its end."""
        if self._cel.exists() and self._cel.stat().st_size > self._largest_bytes:
            aside = self._cel.with_name(f"{self._cel.name}.{datetime.now(UTC):%Y%m%dT%H%M%S}")
            self._cel.rename(aside)
            log.info("event_log_set_aside", file=aside.name)
        for old in self._cel.parent.glob(f"{self._cel.name}.*"):
            is_old = time.time() - old.stat().st_mtime > KEPT_SECONDS
            if is_old and self._witness.unread(connection, old) == 0:
                old.unlink()
                log.info("event_log_removed", file=old.name)
