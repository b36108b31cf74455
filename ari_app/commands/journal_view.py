"""The journal of this machine as the commands look at it: read only, whoever else has it open."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ari_app.flow.entries import Entry
from ari_app.flow.said import Said
from ari_app.journal.journal_error import JournalError


class Line(NamedTuple):
    """An entry with its place in the journal, its call and its client."""

    seq: int
    call: str
    client: str
    entry: Entry


class JournalView:
    """`open_view` is the way to get one."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Use this connection; closing it is its owner's work."""
        self._db = database

    def last_seq(self) -> int:
        """The place of the newest entry; 0 in an empty journal."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()[0])

    def after(self, seq: int) -> list[Line]:
        """All entries of all calls after this place."""
        return self._lines("WHERE seq > ? ORDER BY seq", (seq,))

    def of_call(self, call: str) -> list[Line]:
        """The call's entries in the order of time."""
        return self._lines("WHERE call = ? ORDER BY at, seq", (call,))

    def newest_calls(self, client: str | None) -> list[str]:
        """The ids of the calls offered last, newest first; of one client, or of all."""
        rows = self._db.execute(
            """SELECT call FROM entries WHERE kind = 'call_offered' AND (?1 IS NULL OR client = ?1)
               ORDER BY at DESC, seq DESC""",
            (client,),
        )
        return [call for (call,) in rows]

    def live_calls(self, client: str | None = None) -> int:
        """How many runs have not ended, of one client or of all."""
        query = """SELECT count(*) FROM runs
                   WHERE ended_at IS NULL AND (?1 IS NULL OR client = ?1)"""
        return int(self._db.execute(query, (client,)).fetchone()[0])

    def _lines(self, condition: str, values: Sequence[Any]) -> list[Line]:
        # The condition is always a text of this class.
        query = f"SELECT seq, call, client, kind, at, data FROM entries {condition}"  # noqa: S608
        return [
            Line(seq, call, client, Entry(kind, at, _facts(data)))
            for seq, call, client, kind, at, data in self._db.execute(query, values)
        ]


def _facts(data: str) -> dict[str, Any]:
    """An entry's facts; a line that the disk spoiled keeps its text, and hides no other call."""
    try:
        facts = json.loads(data)
    except ValueError:
        facts = None
    return facts if isinstance(facts, dict) else {"unreadable": data}


@contextmanager
def open_view(path: Path) -> Iterator[JournalView | None]:
    """The journal in this file; `None` when there is none yet, because nothing ever ran here.

    Raises `JournalError` when the file cannot be read.
    """
    if not path.exists():
        yield None
        return
    database = None
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)
        yield JournalView(database)
    except sqlite3.Error as error:
        raise JournalError(
            Said("the journal {path} cannot be read: {error}", path=path, error=error)
        ) from error
    finally:
        if database is not None:
            database.close()
