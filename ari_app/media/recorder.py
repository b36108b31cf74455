"""The recorder: a process of its own that finishes recordings, one at a time, at lowest priority.

    python -m ari_app.media.recorder

It looks every second for raw files that are complete, and works through the ledger. Calls never
wait for it: when the disk is full it leaves the raw files where they are, says so once, and tries
again later. ``run/recorder.ready`` stands while it works; SIGTERM ends it after the current step.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import sqlite3
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from ari_app.flow.entries import Entry
from ari_app.health.recorder import RecorderHealth
from ari_app.health.server import HealthServer
from ari_app.health.socket_path import health_socket
from ari_app.journal.journal_error import JournalError, JournalFullError
from ari_app.journal.store import Journal
from ari_app.last_words import last_words
from ari_app.logs import log_to
from ari_app.media.being_written import is_being_written
from ari_app.media.expectations import (
    already_told,
    announced,
    call_ended,
    missing_seconds,
    open_journal,
    strays,
    talk_seconds,
)
from ari_app.media.finisher import DiskFullError, Finisher, NotAsStoredError
from ari_app.media.ledger import EXPECTED, FOUND, REPAIRED, STORED, VERIFIED, Ledger, LedgerRow
from ari_app.media.media_error import MediaError
from ari_app.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = structlog.get_logger(__name__)

_TRIES_WITHOUT_FILE = 4
"""How often a file is looked for that Asterisk should have made."""


class Recorder:
    """Finishes the recordings of one home.

    ``messages`` is Asterisk's folder of recorded messages. ``settle_seconds``: a raw file of an
    ended call is complete when nobody wrote to it for so long. ``idle_seconds``: the same when
    nothing tells that the call ended, as after a crash.
    """

    def __init__(
        self,
        places: Places,
        messages: Path | None = None,
        settle_seconds: float = 1.0,
        idle_seconds: float = 120.0,
    ) -> None:
        self._journal = places.journal
        self._monitor = places.monitor
        self._settle_seconds = settle_seconds
        self._idle_seconds = idle_seconds
        self._stored_here: set[str] = set()
        self._disk_is_full = False
        self.ledger = Ledger(places.home / "recordings.db")
        self._finisher = Finisher(
            parts=places.parts,
            monitor=places.monitor,
            messages=messages or places.asterisk_state / "spool" / "recording",
            recordings=places.recordings,
            talk_seconds=self._talk_seconds,
            missing_seconds=self._missing_seconds,
            tell=self._tell,
        )

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def turn(self, now: float) -> int:
        """Look once at everything and do what can be done; return how many were finished."""
        with open_journal(self._journal) as journal:
            self._learn(journal, now)
            return sum(self._work_on(row, journal, now) for row in self.ledger.due(now))

    def _learn(self, journal: sqlite3.Connection, now: float) -> None:
        new = announced(journal, self.ledger.read_up_to)
        self.ledger.expect(new.rows, new.node, new.seq)
        for recording in new.discarded:
            discarded = self.ledger.row(recording)
            if discarded is not None:
                self.ledger.save(self._finisher.discard(discarded))
        for row in strays(self._monitor, now - self._idle_seconds):
            if self.ledger.row(row.recording) is None:
                self.ledger.save(row)

    def _work_on(self, row: LedgerRow, journal: sqlite3.Connection, now: float) -> bool:
        """Take a row as far as it goes; tell whether it is finished."""
        try:
            if row.state == EXPECTED:
                row = self._find(row, journal, now)
            while row.state not in (EXPECTED, VERIFIED):
                row = self._finisher.step(row)
                if row.state == STORED:
                    self._stored_here.add(row.recording)
                    _say_what_is_lost(row)
                self.ledger.save(row)
        except (MediaError, JournalError, OSError) as error:
            self.ledger.save(self._troubled(row, error, now))
            return False
        self._disk_is_full = self._disk_is_full and row.state != VERIFIED
        return row.state == VERIFIED

    def _troubled(self, row: LedgerRow, error: Exception, now: float) -> LedgerRow:
        """Return the row after a step that failed, and say so unless it was said before."""
        full = isinstance(error, DiskFullError | JournalFullError)
        if full or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
            if not self._disk_is_full:
                log.critical("disk_full", error=str(error))
            self._disk_is_full = True
            return replace(row, error=str(error), retry_at=now + 30)
        if row.error != str(error):
            log.warning("recording_failed", recording=row.recording, error=str(error))
        if isinstance(error, NotAsStoredError):
            row = replace(row, state=REPAIRED)
        return row.failed(str(error), now)

    def _find(self, row: LedgerRow, journal: sqlite3.Connection, now: float) -> LedgerRow:
        """Return the row as found when its raw files are complete, else as it was."""
        raws = [raw for raw in self._finisher.raw_files(row) if raw.is_file()]
        ended = call_ended(journal, row.call)
        quiet_since = max((raw.stat().st_mtime for raw in raws), default=row.started_at)
        wait = self._settle_seconds if ended else self._idle_seconds
        if now - quiet_since < wait or not (raws or ended):
            return row
        # Asterisk writes piece by piece, and may go on after the end of a call that was
        # saved: a controller that died then has not stopped the recording, nor hung up.
        if now - quiet_since < self._idle_seconds and any(map(is_being_written, raws)):
            return row
        if not raws and row.tries < _TRIES_WITHOUT_FILE:
            raise MediaError(f"Asterisk made no file for recording {row.recording}.")
        # A talk that never came about, or a disk that took no file: a gap, shown as such.
        found = row.moved(FOUND) if raws else self._finisher.nothing(row)
        self.ledger.save(found)
        _say_what_is_lost(found)
        return found

    def _talk_seconds(self, row: LedgerRow, recorded: float) -> float:
        with open_journal(self._journal) as journal:
            return talk_seconds(journal, row, recorded)

    def _missing_seconds(self, row: LedgerRow, recorded: float) -> float | None:
        with open_journal(self._journal) as journal:
            return missing_seconds(journal, row, recorded)

    def _tell(self, row: LedgerRow) -> None:
        """Journal that the recording is stored; without a path when nobody spoke in it.

        Killed between this and the ledger, a new process finds the step undone: it looks whether
        the journal has the news. The shipper may have taken it away by then; twice is harmless,
        because the entry says the same.
        """
        if row.recording not in self._stored_here:
            with open_journal(self._journal) as journal:
                if already_told(journal, row):
                    return
        facts = {
            "recording": row.recording,
            "kind": row.kind,
            "path": str(row.path) if row.sha256 else None,
            "peaks": str(row.peaks_path) if row.sha256 else None,
            "seconds": row.seconds,
            "bytes": row.bytes,
            "sha256": row.sha256,
            "missing_seconds": row.missing,
        }
        with Journal(self._journal, busy_seconds=5.0) as journal:
            entry = Entry("recording_stored", time.time(), facts)
            journal.append_entries(row.call, row.client, [entry])
        self._stored_here.discard(row.recording)


def _say_what_is_lost(row: LedgerRow) -> None:
    if row.missing is not None:
        facts = {"call": row.call, "recording": row.recording, "kept_seconds": row.seconds}
        log.warning("recording_lost", **facts, lost_seconds=row.missing or "unknown")


def run(places: Places, stop: threading.Event, every_seconds: float = 1.0) -> None:
    """Finish recordings until ``stop`` is set."""
    with Journal(places.journal):
        pass  # makes the file when this process is the first of a new home
    ready = places.run / "recorder.ready"
    health = RecorderHealth(places)
    door = HealthServer(health_socket(places.run, "recorder"), health.report).start()
    trouble = ""
    recorder = Recorder(places)
    try:
        while not stop.is_set():
            try:
                recorder.turn(time.time())
                if not ready.exists():
                    ready.write_text(f"{os.getpid()}\n")
                trouble = ""
            except (sqlite3.Error, OSError) as error:
                if str(error) != trouble:
                    log.critical("recorder_stuck", error=str(error))
                trouble = str(error)
            health.turned(trouble)
            stop.wait(every_seconds)
    finally:
        ready.unlink(missing_ok=True)
        door.close()
        recorder.close()


@contextlib.contextmanager
def _only_one(places: Places) -> Iterator[None]:
    """Hold the home's lock of recorders: two would work on the same files."""
    places.run.mkdir(parents=True, exist_ok=True)
    with (places.run / "recorder.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SystemExit(f"Another recorder works in {places.home} already.") from error
        yield


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    places = Places.load()
    log_to(places.log / "recorder.log")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # Sent when somebody opens a file in the moment in which is_being_written asks; the default ends
    # the process.
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    with last_words(), _only_one(places):
        run(places, stop)


if __name__ == "__main__":
    main()
