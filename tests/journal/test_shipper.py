"""The journal reaches Postgres soon, in order and once, whatever stops meanwhile."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from ari_app.journal.follow import AnotherShipperError, Chore, Shipper
from ari_app.journal.store import Journal
from ari_app.journal.tail import Tail
from ari_app.store.database import Connection, connect
from ari_app.store.roles import WRITER
from tests.journal.call_entries import CLIENT, answered, call_name, missed
from tests.journal.test_witness import whole
from tests.store.database_fixtures import TestDatabase
from tests.store.postgres_server import PostgresServer

pytestmark = pytest.mark.real


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


@contextmanager
def shipping(journal: Journal, dsn: str, *chores: Chore) -> Iterator[Path]:
    """A running shipper; gives its ready file."""
    ready = journal.path.parent / "shipper.ready"
    shipper = Shipper(journal.path, lambda: connect(dsn, "test-shipper"), ready, chores)
    stop = threading.Event()
    thread = threading.Thread(target=shipper.run, args=(stop,))
    thread.start()
    try:
        yield ready
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert not ready.exists()


def until(condition: Callable[[], Any], seconds: float = 5.0) -> float:
    """Wait for the condition and return how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - began


def count(connection: Connection, table: str) -> int:
    with connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 (the test's own words)
        row = cursor.fetchone()
        assert row is not None
        return int(row[0])


def test_a_missed_call_is_a_callback_within_a_second(
    journal: Journal, database: TestDatabase, writer: Connection
) -> None:
    with shipping(journal, database.dsn(WRITER)) as ready:
        until(ready.exists)
        journal.append_entries(call_name(1), CLIENT, missed(1000))
        assert until(lambda: count(writer, "callbacks") == 1) < 1.0


def test_waiting_for_entries_costs_next_to_nothing(
    journal: Journal, database: TestDatabase
) -> None:
    with shipping(journal, database.dsn(WRITER)) as ready:
        until(ready.exists)
        before = time.process_time()
        time.sleep(1.0)
        assert time.process_time() - before < 0.05


def test_while_postgres_is_away_nothing_is_lost_and_afterwards_all_is_in_order(
    journal: Journal, tmp_path: Path
) -> None:
    server = PostgresServer()  # one of its own, to be stopped
    try:
        server.create()
        name = server.new_database()
        dsn = server.dsn(WRITER, name)
        with shipping(journal, dsn) as ready:
            until(ready.exists)
            journal.append_entries(call_name(1), CLIENT, missed(1000))
            with closing(connect(dsn, "test")) as before:
                until(lambda: count(before, "callbacks") == 1)
            server.stop()
            for number in range(2, 30):
                call = answered(2000.0, leg=f"l{number}")
                journal.append_entries(call_name(number), CLIENT, call)
            until(lambda: not ready.exists())
            server.start()
            until(ready.exists, 10)
            with closing(connect(dsn, "test")) as after, after, after.cursor() as cursor:
                cursor.execute("SELECT seq FROM entries ORDER BY entry_id")
                seqs = [seq for (seq,) in cursor.fetchall()]
                assert seqs == list(range(1, 5 + 28 * 8 + 1))
                cursor.execute("SELECT state FROM callbacks")
                assert cursor.fetchall() == [("done",)]
    finally:
        server.remove()


def test_a_shipper_killed_in_the_middle_ships_every_line_once(
    journal: Journal, database: TestDatabase, writer: Connection, tmp_path: Path
) -> None:
    program = """
import sys, threading
from pathlib import Path
from ari_app.journal import follow
from ari_app.store.database import connect
follow.BATCH = 7
path, dsn = Path(sys.argv[1]), sys.argv[2]
follow.Shipper(path, lambda: connect(dsn, "t"), path.parent / "ready").run(threading.Event())
"""
    for number in range(60):
        journal.append_entries(call_name(number), CLIENT, missed(1000.0 + number))
    for _ in range(3):
        before = count(writer, "entries")
        with subprocess.Popen(
            [sys.executable, "-c", program, str(journal.path), database.dsn(WRITER)]
        ) as process:
            while count(writer, "entries") <= before + 20:
                time.sleep(0.01)
            process.kill()
    with shipping(journal, database.dsn(WRITER)):
        until(lambda: count(writer, "entries") == 300)
    with writer, writer.cursor() as cursor:
        cursor.execute("SELECT seq FROM entries ORDER BY entry_id")
        assert [seq for (seq,) in cursor.fetchall()] == list(range(1, 301))
        cursor.execute("SELECT misses FROM callbacks")
        assert cursor.fetchall() == [(60,)]


def test_a_second_shipper_of_the_same_journal_is_refused(
    journal: Journal, database: TestDatabase, tmp_path: Path
) -> None:
    dsn = database.dsn(WRITER)
    with shipping(journal, dsn) as ready:
        until(ready.exists)
        second = Shipper(journal.path, lambda: connect(dsn, "second"), tmp_path / "second.ready")
        with pytest.raises(AnotherShipperError, match=journal.node):
            second.run(threading.Event())


def test_a_new_journal_begins_at_its_own_first_line(
    journal: Journal, database: TestDatabase, writer: Connection, tmp_path: Path
) -> None:
    journal.append_entries(call_name(1), CLIENT, missed(1000))
    with shipping(journal, database.dsn(WRITER)):
        until(lambda: count(writer, "callbacks") == 1)
    with Journal(tmp_path / "other.db") as other:
        other.append_entries(call_name(2), CLIENT, answered(2000))
        with shipping(other, database.dsn(WRITER)):
            until(lambda: count(writer, "calls") == 2)


def test_chores_are_done_and_again_after_their_time(
    journal: Journal, database: TestDatabase
) -> None:
    done: list[float] = []
    chore = Chore("count", 0.2, lambda _: done.append(time.monotonic()))
    with shipping(journal, database.dsn(WRITER), chore):
        until(lambda: len(done) == 3)
    assert done[1] - done[0] >= 0.2


def test_the_write_ahead_log_is_emptied_and_old_lines_go_but_only_shipped_ones(
    journal: Journal,
) -> None:
    journal.append_entries(call_name(1), CLIENT, missed(1000))
    with Tail(journal.path) as tail:
        tail.checkpoint()
        tail.prune(position=3, before=2000.0)
        assert [entry.seq for entry in tail.after(0, 100)] == [4, 5]
        tail.prune(position=5, before=1000.0)
        assert [entry.seq for entry in tail.after(0, 100)] == [4, 5]
    with closing(sqlite3.connect(journal.path)) as db:
        assert db.execute("PRAGMA wal_checkpoint").fetchone()[0] == 0


def test_the_process_starts_ships_and_stops_when_told(
    tmp_path: Path, database: TestDatabase, writer: Connection
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with Journal(home / "journal.db") as journal:
        journal.append_entries(call_name(1), CLIENT, missed(1000))
        environment = {
            **os.environ,
            "DUUDLAGA_HOME": str(home),
            "DUUDLAGA_POSTGRES_DSN": database.server.dsn(WRITER, database.name),
        }
        command = [sys.executable, "-m", "ari_app.journal.shipper"]
        began = datetime.now(UTC).timestamp() - 10  # a call that only Asterisk knows of
        (home / "cel.jsonl").write_text(whole(1, began=began, seconds=1), encoding="utf-8")
        with subprocess.Popen(command, env=environment) as process:
            until((home / "run" / "shipper.ready").exists, 15)
            until(lambda: count(writer, "calls") == 2)
            process.terminate()
            assert process.wait(10) == 0
    assert not (home / "run" / "shipper.ready").exists()


def test_a_dead_server_is_an_operational_error() -> None:
    with pytest.raises(psycopg2.OperationalError):
        connect("host=/nonexistent dbname=x", "test")
