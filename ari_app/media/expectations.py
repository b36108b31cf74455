"""Learns which recordings must exist: from the journal, and from files on the disk.

The journal tells first (``recording_expected``), and that a call has ended. A raw file that nobody
announced is taken in too: better a recording too many than one lost.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from ari_app.flow.slug import SLUG
from ari_app.media.ledger import LedgerRow
from ari_app.media.raw_sound import raw_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

log = structlog.get_logger(__name__)

_RECORDING = re.compile(r"(?P<call>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})-[A-Za-z0-9-]{1,40}")
_SIDE = re.compile(r"(?P<recording>.+)-(caller|agent|mix)")
_TOLERANCE_SECONDS = 0.3
"""By which a whole recording may be shorter than its talk, as its journal has it."""
_SHORTEST_SECONDS = 0.1  # of nothing at all no file can be made


@dataclass(frozen=True)
class NewEntries:
    """What the journal of ``node`` announces, up to its entry ``seq``.

    ``discarded`` are recordings that the caller took back, or that were too short.
    """

    node: str
    seq: int
    rows: tuple[LedgerRow, ...]
    discarded: frozenset[str] = frozenset()


def announced(journal: sqlite3.Connection, read_up_to: Callable[[str], int]) -> NewEntries:
    """Return the recordings announced since; ``read_up_to`` tells the entry last seen of a node."""
    node = str(journal.execute("SELECT node FROM identity").fetchone()[0])
    last = int(journal.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()[0])
    entries = journal.execute(
        "SELECT kind, call, client, at, data FROM entries"
        " WHERE kind IN ('recording_expected', 'recording_discarded') AND seq > ? AND seq <= ?"
        " ORDER BY seq",
        (read_up_to(node), last),
    )
    rows, discarded = [], set()
    for kind, call, client, at, data in entries:
        row = _row(client, call, at, {"kind": "message", **json.loads(data)})
        if row is None:
            continue
        if kind == "recording_expected":
            rows.append(row)
        else:
            discarded.add(row.recording)
    return NewEntries(node, last, tuple(rows), frozenset(discarded))


def call_ended(journal: sqlite3.Connection, call: str) -> bool:
    """Tell whether the call's run has ended; ``False`` when the journal does not know it."""
    query = "SELECT 1 FROM runs WHERE call = ? AND ended_at IS NOT NULL"
    return journal.execute(query, (call,)).fetchone() is not None


def talk_seconds(journal: sqlite3.Connection, row: LedgerRow, recorded: float) -> float:
    """Return how much of a recording of so many seconds is the talk.

    The rest is of a caller whom nobody listened to: the agent's leg had ended while no controller
    was there. Left out is only what both the talk's length and the time alone leave over.
    """
    talk = _talk_ended(journal, row)
    if talk is None:
        return recorded
    alone = float(talk.get("alone_seconds", 0.0))
    return min(recorded, max(float(talk["seconds"]), recorded - alone, _SHORTEST_SECONDS))


def missing_seconds(journal: sqlite3.Connection, row: LedgerRow, recorded: float) -> float | None:
    """Return how many seconds are on no file; ``None`` when the recording is whole.

    A talk is held against its length. A message of which nothing is there was lost with Asterisk,
    or by a full disk, if the journal has its length, or says that the call was cut off; 0 when
    nobody knows how long it was. Whoever hung up before a word was said has left no gap.
    """
    if row.kind == "talk":
        ended = _talk_ended(journal, row)
        expected = float(ended["seconds"]) if ended else 0.0
    else:
        left = next(
            (
                data
                for data in _entries(journal, row, "message_left")
                if data.get("recording") == row.recording
            ),
            {},
        )
        expected = float(left.get("seconds") or 0.0)
        cut = any(data.get("outcome") == "cut" for data in _entries(journal, row, "call_ended"))
        if not left and cut and not recorded:
            return 0.0
    lacking = expected - recorded
    return round(lacking, 1) if lacking > _TOLERANCE_SECONDS else None


def _talk_ended(journal: sqlite3.Connection, row: LedgerRow) -> dict[str, Any] | None:
    """What the journal says of the end of the talk that was recorded; there may have been none."""
    leg = next(
        (
            data.get("leg")
            for data in _entries(journal, row, "recording_expected")
            if data["recording"] == row.recording
        ),
        None,
    )
    ends = (data for data in _entries(journal, row, "talk_ended") if data["leg"] == leg)
    return next(ends, None) if leg is not None else None


def _entries(journal: sqlite3.Connection, row: LedgerRow, kind: str) -> Iterator[dict[str, Any]]:
    query = "SELECT data FROM entries WHERE call = ? AND kind = ? ORDER BY seq"
    for (data,) in journal.execute(query, (row.call, kind)):
        yield json.loads(data)


def already_told(journal: sqlite3.Connection, row: LedgerRow) -> bool:
    """Tell whether the journal still holds the news that this recording is stored."""
    told = _entries(journal, row, "recording_stored")
    return any(data["recording"] == row.recording for data in told)


def open_journal(path: Path) -> closing[sqlite3.Connection]:
    """Open a journal for reading."""
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0))


def strays(monitor: Path, older_than: float) -> list[LedgerRow]:
    """Return recordings with a raw file that nobody has written to since ``older_than``."""
    rows: dict[str, LedgerRow] = {}
    for raw in raw_files(monitor, "*/*"):
        side = _SIDE.fullmatch(raw.stem)
        name = _RECORDING.fullmatch(side["recording"]) if side else None
        if side is None or name is None:
            continue
        changed_at = raw.stat().st_mtime
        if changed_at < older_than:
            facts = {"recording": side["recording"], "kind": "talk"}
            row = _row(raw.parent.name, name["call"], changed_at, facts)
            if row:
                rows[row.recording] = row
    return list(rows.values())


def _row(client: str, call: str, at: float, facts: dict[str, Any]) -> LedgerRow | None:
    """Make a row, unless a name in it could lead a path astray."""
    recording = str(facts["recording"])
    if not (_RECORDING.fullmatch(recording) and SLUG.fullmatch(client)):
        return None
    return LedgerRow(recording, client, call, str(facts["kind"]), at)
