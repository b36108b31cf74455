"""What the recorder says of itself: the ledger of recordings, and the disk on which they lie."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ari_app.health.dependency import Dependencies
from ari_app.health.figure import Figure
from ari_app.health.report import Report
from ari_app.media.ledger import EXPECTED, VERIFIED
from ari_app.media.raw_sound import BYTES_A_SECOND, raw_files
from ari_app.places import Places

LITTLE_DISK_BYTES = 500 * 2**20
RESERVE_SECONDS = 900.0
"""So long must the disk take what is recorded now, beyond the little: time to make room."""
_BEING_WRITTEN_SECONDS = 5.0
SLOW_SECONDS = 600.0
"""Longer without a turn, and something holds it up: a long talk is encoded in a minute or two."""

_COUNTS = "SELECT state, count(*) FROM recordings GROUP BY state"
_GAPS = """SELECT count(*), coalesce(sum(missing), 0) FROM recordings
           WHERE (missing IS NOT NULL OR (state = ? AND error IS NOT NULL)) AND started_at > ?"""
_GAPS_OF_SECONDS = 24 * 3600.0
_FAILING = "SELECT count(*) FROM recordings WHERE state NOT IN (?, ?) AND error IS NOT NULL"
_OLDEST = "SELECT min(started_at) FROM recordings WHERE state <> ? AND error IS NULL"


class RecorderHealth:
    """The recorder of one home. :meth:`report` reads the ledger when it is asked."""

    def __init__(self, places: Places) -> None:
        self._ledger = places.home / "recordings.db"
        self._disk = places.home
        self._raw = (places.monitor, places.asterisk_state / "spool" / "recording")
        self._dependencies = Dependencies()
        self._trouble = ""
        self._turned_at = time.monotonic()

    def turned(self, trouble: str = "") -> None:
        """The recorder went once through the ledger, or met with ``trouble``."""
        self._turned_at = time.monotonic()
        self._trouble = trouble

    def report(self) -> Report:
        """Return how it stands now."""
        note, silent = self._dependencies.note, time.monotonic() - self._turned_at
        free, growth = shutil.disk_usage(self._disk).free, self._growth(time.time())
        if free < LITTLE_DISK_BYTES + RESERVE_SECONDS * growth:
            reason = f"{free / 2**20:.0f} MB are free"
            if growth:
                reason += f", and recordings take {growth / 2**20 * 60:.0f} MB a minute now"
            note("disk", "degraded", reason, vital=True)
        else:
            note("disk", "up", vital=True)
        if self._trouble:
            note("work", "down", self._trouble, vital=True)
        elif silent > SLOW_SECONDS:
            note("work", "degraded", f"one step takes {silent:.0f} s already", vital=True)
        else:
            note("work", "up", vital=True)
        try:
            figures = read_ledger(self._ledger, time.time())
            note("ledger", "up", vital=True)
        except sqlite3.Error as error:
            figures = ()
            note("ledger", "down", f"{self._ledger} cannot be read: {error}", vital=True)
        disk = Figure("disk_free_bytes", free, "Room on the disk of the home.")
        return Report("recorder", time.time(), self._dependencies.all(), (*figures, disk))

    def _growth(self, now: float) -> float:
        """Return by how many bytes a second raw files grow now."""
        files = [file for folder in self._raw for file in raw_files(folder, "**/*")]
        written = (_written_at(file) for file in files)
        growing = sum(now - at < _BEING_WRITTEN_SECONDS for at in written)
        return growing * BYTES_A_SECOND


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # finished in this moment
        return 0.0


def read_ledger(path: Path, now: float) -> Sequence[Figure]:
    """Return the figures of the ledger of recordings in this file."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as ledger:
        counts = dict(ledger.execute(_COUNTS).fetchall())
        gaps, lost = ledger.execute(_GAPS, (EXPECTED, now - _GAPS_OF_SECONDS)).fetchone()
        (failing,) = ledger.execute(_FAILING, (EXPECTED, VERIFIED)).fetchone()
        (oldest,) = ledger.execute(_OLDEST, (VERIFIED,)).fetchone()
    waits = max(0.0, now - oldest) if oldest is not None else 0.0
    return (
        Figure("recordings", counts, "Recordings in the ledger.", "state"),
        Figure("recordings_missing", gaps, "Gaps of the last 24 hours: lost, wholly or partly."),
        Figure("recording_lost_seconds", lost, "How much was said in these gaps."),
        Figure("recordings_failing", failing, "Recordings whose next step does not succeed."),
        Figure("recording_oldest_open_seconds", waits, "Since the oldest open one began."),
    )
