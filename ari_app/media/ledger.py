"""The ledger of recordings of one node: what must exist, and how far each one got.

A row goes expected → found → repaired → stored → verified. It moves only after the step's work is
on disk, so after a crash the step is done again from the raw files, which stay until the end.
"""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ari_app.media.media_error import MediaError

if TYPE_CHECKING:
    from collections.abc import Sequence

EXPECTED, FOUND, REPAIRED, STORED, VERIFIED = "expected", "found", "repaired", "stored", "verified"


@dataclass(frozen=True)
class LedgerRow:
    """One recording. ``kind`` is ``talk`` (two sides) or ``message`` or ``voicemail`` (one).

    ``path`` and ``peaks_path`` are relative to the folder of finished recordings. ``error`` says
    why the last step did not succeed; after ``tries`` failures it is tried again at ``retry_at``.
    ``missing`` is a gap: so many seconds are on no file, or, with 0, nobody knows how many.
    """

    recording: str
    client: str
    call: str
    kind: str
    started_at: float
    state: str = EXPECTED
    seconds: float | None = None
    bytes: int | None = None
    sha256: str | None = None
    error: str | None = None
    tries: int = 0
    retry_at: float = 0.0
    missing: float | None = None

    @property
    def path(self) -> Path:
        """Where the finished recording lies."""
        day = datetime.fromtimestamp(self.started_at, UTC)
        return Path(self.client, f"{day:%Y/%m/%d}", f"{self.recording}.ogg")

    @property
    def peaks_path(self) -> Path:
        """Where its waveform lies."""
        return self.path.with_suffix(".peaks.json")

    def moved(self, state: str, **facts: Any) -> LedgerRow:
        """Return the row after a step that succeeded."""
        return replace(self, state=state, error=None, tries=0, retry_at=0.0, **facts)

    def failed(self, error: str, now: float) -> LedgerRow:
        """Return the row after a step that did not: tried again after 5 s, then ever later."""
        wait = min(600.0, 5.0 * 2 ** min(self.tries, 10))
        return replace(self, error=error, tries=self.tries + 1, retry_at=now + wait)


_COLUMNS = [field.name for field in fields(LedgerRow)]
_SAVE = (
    f"INSERT OR REPLACE INTO recordings ({', '.join(_COLUMNS)})"  # noqa: S608 (names of ours)
    f" VALUES ({', '.join(':' + name for name in _COLUMNS)})"
)
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS recordings (
        recording TEXT PRIMARY KEY, client TEXT NOT NULL, call TEXT NOT NULL, kind TEXT NOT NULL,
        started_at REAL NOT NULL, state TEXT NOT NULL, seconds REAL,
        bytes INTEGER, sha256 TEXT, error TEXT, tries INTEGER NOT NULL, retry_at REAL NOT NULL,
        missing REAL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS recordings_open ON recordings (retry_at) WHERE state <> 'verified';
    CREATE TABLE IF NOT EXISTS read_up_to (node TEXT PRIMARY KEY, seq INTEGER NOT NULL)
        WITHOUT ROWID;
"""


class Ledger:
    """The ledger in the SQLite file at ``path``, created when it is not there."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, timeout=5.0, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_SCHEMA)
            self._add_missing()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise MediaError(
                f"The ledger of recordings {path} cannot be used ({error}): move it away and start "
                "again, then it is made anew from the journal and the files in monitor."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _add_missing(self) -> None:
        """Ledgers of earlier versions have no column for gaps."""
        columns = [row["name"] for row in self._db.execute("PRAGMA table_info(recordings)")]
        if "missing" not in columns:
            self._db.execute("ALTER TABLE recordings ADD COLUMN missing REAL")

    def save(self, row: LedgerRow) -> None:
        """Write a row, new or known."""
        self._db.execute(_SAVE, asdict(row))

    def expect(self, rows: Sequence[LedgerRow], node: str, seq: int) -> None:
        """Add the rows that are new, and remember how far node's journal was read: both or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for row in rows:
                if self.row(row.recording) is None:
                    self.save(row)
            self._db.execute("INSERT OR REPLACE INTO read_up_to VALUES (?, ?)", (node, seq))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite itself rolls back on a full disk
                self._db.execute("ROLLBACK")
            raise

    def read_up_to(self, node: str) -> int:
        """Return the last entry of node's journal that was looked at."""
        row = self._db.execute("SELECT seq FROM read_up_to WHERE node = ?", (node,)).fetchone()
        return int(row["seq"]) if row else 0

    def row(self, recording: str) -> LedgerRow | None:
        """Return the row of a recording."""
        found = self._db.execute("SELECT * FROM recordings WHERE recording = ?", (recording,))
        row = found.fetchone()
        return _row(row) if row else None

    def due(self, now: float) -> list[LedgerRow]:
        """Return the rows on which to work now, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM recordings WHERE state <> 'verified' AND retry_at <= ?"
            " ORDER BY started_at",
            (now,),
        )
        return [_row(row) for row in rows]


def _row(row: sqlite3.Row) -> LedgerRow:
    facts = dict(row)
    return LedgerRow(**facts)
