"""What the journal could not take waits on the disk, and is taken in once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ari_app.flow.entries import Entry
from ari_app.journal.spool import put, take_in
from ari_app.journal.store import Journal
from tests.journal.test_store import TURN

ENTRIES = [Entry("call_offered", 1000.5, {"caller_name": "Дорж"}), Entry("call_ended", 1001.0)]


def lines(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT call, kind FROM entries ORDER BY seq").fetchall()


def test_entries_wait_in_order_and_are_taken_in_once(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    put(spool, "b", "anu-clinic", [Entry("resumed", 2000.0)])
    first = put(spool, "a", "anu-clinic", ENTRIES)
    content = first.read_bytes()
    with Journal(tmp_path / "journal.db") as journal:
        assert take_in(spool, journal) == 2
        assert list(spool.iterdir()) == []
        first.write_bytes(content)  # as if the process had been killed before removing it
        assert take_in(spool, journal) == 0
    assert list(spool.iterdir()) == []
    expected = [("a", "call_offered"), ("a", "call_ended"), ("b", "resumed")]
    assert lines(tmp_path / "journal.db") == expected


def test_a_file_that_cannot_be_read_is_kept_and_holds_up_nobody(tmp_path: Path) -> None:
    (tmp_path / "0.json").write_text("half a li", encoding="utf-8")
    (tmp_path / "1.part").write_text("still being written", encoding="utf-8")
    put(tmp_path, "a", "anu-clinic", ENTRIES)
    with Journal(tmp_path / "journal.db") as journal:
        assert take_in(tmp_path, journal) == 1
    assert (tmp_path / "0.unreadable").exists()
    assert (tmp_path / "1.part").exists()


def test_without_a_spool_there_is_nothing_to_do(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        assert take_in(tmp_path / "none", journal) == 0


def test_the_end_of_a_call_that_had_to_go_into_the_spool_ends_its_run(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        journal.commit(replace(TURN, call="a"))
        assert len(journal.open_runs()) == 1
        put(tmp_path / "spool", "a", "anu-clinic", ENTRIES)
        take_in(tmp_path / "spool", journal)
        assert journal.open_runs() == []
