"""The journal keeps a call through whatever happens to the processes around it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ari_app.flow.entries import Entry
from ari_app.journal.journal_error import (
    JournalError,
    JournalFullError,
    JournalLockedError,
    RunTakenError,
)
from ari_app.journal.schema import MIGRATIONS
from ari_app.journal.store import Journal
from ari_app.journal.turn import SavedTurn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FRAME_BYTES = 4096 + 24
"""A page in SQLite's write-ahead log."""

CALL = "0192f3a0-0000-7000-8000-000000000001"
OFFERED = Entry("call_offered", 1000.0, {"number": "+97670110001", "caller_name": "Болд"})
TURN = SavedTurn(
    call=CALL,
    client="anu-clinic",
    channel="duudlaga-1763800000.12",
    linked_id="duudlaga-1763800000.12",
    flow="main",
    revision=3,
    bundle="sha",
    turn=1,
    state={"call": CALL, "turn": 1},
    commands=[{"type": "answer", "id": f"{CALL}-1-1"}],
    entries=[OFFERED],
    at=1000.0,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal(path) as opened:
        yield opened


def entries(path: Path) -> list[tuple[str, str, str, float, dict[str, object]]]:
    db = sqlite3.connect(path)
    try:
        rows = db.execute(
            "SELECT call, client, kind, at, data FROM entries ORDER BY seq"
        ).fetchall()
    finally:
        db.close()
    return [(*row[:4], json.loads(row[4])) for row in rows]


def test_after_a_crash_the_call_is_found_with_what_was_left_to_do(path: Path) -> None:
    with Journal(path) as before:
        before.commit(TURN)
    with Journal(path) as after:
        (run,) = after.open_runs()
    assert (run.call, run.client, run.channel) == (CALL, "anu-clinic", TURN.channel)
    assert (run.flow, run.revision, run.bundle, run.turn) == ("main", 3, "sha", 1)
    assert run.state == TURN.state
    assert run.commands == TURN.commands
    assert entries(path) == [(CALL, "anu-clinic", "call_offered", 1000.0, OFFERED.data)]


def test_the_next_turn_replaces_the_state_and_adds_to_the_entries(
    journal: Journal, path: Path
) -> None:
    journal.commit(TURN)
    answered = Entry("call_answered", 1001.0)
    journal.commit(
        replace(TURN, turn=2, state={"turn": 2}, commands=[], entries=[answered], at=1001.0)
    )
    run = journal.load(CALL)
    assert run is not None
    assert (run.turn, run.state, run.commands, run.updated_at) == (2, {"turn": 2}, [], 1001.0)
    assert [row[2] for row in entries(path)] == ["call_offered", "call_answered"]


def test_a_call_that_ended_stays_ended_whoever_writes_later(journal: Journal) -> None:
    journal.commit(replace(TURN, ended=True))
    journal.commit(replace(TURN, turn=2, at=1002.0))
    assert journal.open_runs() == []
    run = journal.load(CALL)
    assert run is not None
    assert run.ended_at == 1000.0


def test_nobody_ends_a_call_twice(journal: Journal, path: Path) -> None:
    journal.commit(TURN)
    ended = [Entry("call_ended", 1003.0, {"outcome": "abandoned"})]
    assert journal.end_run(CALL, "anu-clinic", ended, 1003.0)
    assert not journal.end_run(CALL, "anu-clinic", ended, 1004.0)
    assert [row[2] for row in entries(path)] == ["call_offered", "call_ended"]


def test_a_call_known_to_the_journal_is_not_entered_again(journal: Journal, path: Path) -> None:
    other = CALL.replace("1", "2")
    assert journal.append_once(other, "anu-clinic", [OFFERED])
    assert not journal.append_once(other, "anu-clinic", [OFFERED])
    journal.commit(replace(TURN, entries=[]))
    assert not journal.append_once(CALL, "anu-clinic", [OFFERED])
    assert len(entries(path)) == 1


def test_entering_a_missed_call_holds_up_live_calls_no_longer_after_a_busy_day(
    journal: Journal,
) -> None:
    def effort(call: int) -> int:
        """How long the write lock is held, in hundreds of SQLite's steps."""
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        journal._db.set_progress_handler(step, 100)
        assert journal.append_once(f"missed-{call}", "anu-clinic", [OFFERED])
        journal._db.set_progress_handler(None, 0)
        return steps

    in_the_morning = effort(1)
    journal.append_notes([(f"call-{number}", "anu-clinic", OFFERED) for number in range(2000)])
    assert effort(2) <= in_the_morning + 1


def test_a_resumed_call_finds_the_flow_on_which_it_began(path: Path) -> None:
    bundle = {"client": "anu-clinic", "flow": "main", "definition": {"name": "Үндсэн"}}
    with Journal(path) as before:
        sha = before.keep_bundle(bundle)
        assert before.keep_bundle(dict(reversed(bundle.items()))) == sha
    with Journal(path) as after:
        assert after.bundle(sha) == bundle
        with pytest.raises(JournalError, match="has no bundle 0000"):
            after.bundle("0000")


def test_hostile_caller_text_comes_back_as_it_was(journal: Journal, path: Path) -> None:
    name = "'); DROP TABLE runs; --\u202e\x00\ud800"
    journal.append_entries(CALL, "anu-clinic", [Entry("call_offered", 1.0, {"caller_name": name})])
    assert entries(path)[0][4] == {"caller_name": name}


def test_controller_and_fallback_write_the_same_file(journal: Journal, path: Path) -> None:
    with Journal(path) as fallback:
        assert fallback.node == journal.node
        journal.commit(TURN)
        fallback.append_entries(CALL, "anu-clinic", [Entry("resumed", 1001.0)])
        journal.append_entries(CALL, "anu-clinic", [Entry("call_answered", 1002.0)])
    assert [row[2] for row in entries(path)] == ["call_offered", "resumed", "call_answered"]


def test_a_journal_that_stays_locked_is_said_to_be_locked(path: Path, journal: Journal) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with (
            Journal(path, busy_seconds=0.05) as impatient,
            pytest.raises(JournalLockedError, match=str(path)),
        ):
            impatient.commit(TURN)
    finally:
        other.execute("ROLLBACK")
        other.close()
    journal.commit(TURN)
    assert len(journal.open_runs()) == 1


def test_a_full_disk_refuses_the_turn_and_keeps_the_calls_before_it(journal: Journal) -> None:
    journal.commit(TURN)
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    big = replace(TURN, turn=2, entries=[Entry("call_offered", 1.0, {"caller_name": "x" * 99999})])
    with pytest.raises(JournalFullError, match="the disk does not take journal"):
        journal.commit(big)
    run = journal.load(CALL)
    assert run is not None
    assert run.turn == 1
    journal.append_entries(CALL, "anu-clinic", [Entry("resumed", 2.0)])


def test_an_older_journal_is_brought_up_to_date_with_its_calls_in_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as older:
        older.executescript(";".join(MIGRATIONS[:3]))
        older.execute("INSERT INTO identity VALUES ('node-1')")
        older.execute(
            "INSERT INTO runs VALUES (?, ?, 'ch', 'ch', 'main', 3, 'sha', 1, '{}', '[]', 9, NULL)",
            (CALL, "anu-clinic"),
        )
        older.execute("PRAGMA user_version = 3")
        older.commit()
    with Journal(path) as journal:
        assert journal.node == "node-1"
        assert [run.call for run in journal.open_runs()] == [CALL]
        journal.commit(replace(TURN, turn=2, ended=True))
        assert journal.open_runs() == []


def test_a_journal_of_a_later_version_is_refused(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(JournalError, match="version 99"):
        Journal(path)


def test_a_file_that_is_no_journal_is_refused_by_name(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(JournalError, match=str(path)):
        Journal(path)


def test_a_writer_killed_in_the_middle_leaves_whole_turns(path: Path) -> None:
    program = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.journal.test_store import TURN
from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal
journal = Journal(Path(sys.argv[1]))
turn = 0
while True:
    turn += 1
    pair = [Entry("node_entered", turn, {}), Entry("exit_taken", turn, {})]
    journal.commit(replace(TURN, turn=turn, entries=pair))
    print(turn, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        acknowledged = 0
        for line in writer.stdout:
            acknowledged = int(line)
            if acknowledged >= 200:
                break
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
    with Journal(path) as journal:
        run = journal.load(CALL)
    assert run is not None
    assert run.turn >= acknowledged
    rows = entries(path)
    assert len(rows) == 2 * run.turn
    assert [row[3] for row in rows[::2]] == [float(n) for n in range(1, run.turn + 1)]


def test_a_turn_writes_few_pages(journal: Journal, path: Path) -> None:
    """What a commit costs is the pages it writes: the run, its entries, their index, the count."""
    state = {"call": CALL, "variables": {f"v{n}": "x" * 20 for n in range(40)}}
    turn = replace(TURN, state=state, entries=[OFFERED, OFFERED])
    for call in range(100):
        journal.commit(replace(turn, call=f"{call:036}"))
    log = path.with_name("journal.db-wal")
    before = log.stat().st_size
    for number in range(2, 102):
        journal.commit(replace(turn, call=f"{99:036}", turn=number))
    assert (log.stat().st_size - before) / FRAME_BYTES / 100 < 6


def test_of_two_who_take_a_run_on_only_the_first_is_believed(journal: Journal, path: Path) -> None:
    journal.commit(TURN)
    with Journal(path) as fallback:
        fallback.commit(replace(TURN, turn=2, state={"by": "fallback"}, entries=[]))
    for turn in (1, 2):
        with pytest.raises(RunTakenError, match=f"{CALL}: turn {turn} comes too late"):
            journal.commit(replace(TURN, turn=turn, state={"by": "controller"}))
    journal.commit(replace(TURN, turn=3, entries=[]))
    assert [row[2] for row in entries(path)] == ["call_offered"]
