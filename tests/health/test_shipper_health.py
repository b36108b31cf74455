"""The shipper tells how far Postgres is behind, and which calls only Asterisk knows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from ari_app.flow.entries import Entry
from ari_app.health.shipper import ShipperHealth
from ari_app.journal.refusals import Refusals, Refused
from ari_app.journal.refused_calls import RefusedCalls
from ari_app.journal.store import Journal
from ari_app.journal.witness import Witness
from ari_app.snapshot.incoming import Incoming
from ari_app.store.database import Connection
from tests.journal.test_witness import whole
from tests.store.database_fixtures import database, postgres_server, writer

__all__ = ["database", "postgres_server", "writer"]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def of(journal: Journal, folder: Path, shipped: int | None) -> ShipperHealth:
    witness = Witness(folder / "cel.jsonl", journal.node)
    return ShipperHealth(folder / "journal.db", witness, lambda: shipped, refused(journal))


def refused(journal: Journal) -> RefusedCalls:
    """It hears nothing: nobody enters it."""
    listening = Refusals(("192.0.2.1", 5060), ())
    return RefusedCalls(("127.0.0.1", 0), listening, journal, lambda _incoming: None)


def keep(journal: Journal, *seconds_ago: float) -> None:
    entries = [Entry("resumed", time.time() - seconds) for seconds in seconds_ago]
    journal.append_entries("a-call", "anu-clinic", entries)


def refuse() -> Connection:
    raise psycopg2.OperationalError("connection refused\n")


def test_what_is_not_shipped_is_counted_with_the_age_of_the_oldest(
    journal: Journal, tmp_path: Path
) -> None:
    keep(journal, 100, 40, 2)
    report = of(journal, tmp_path, 1).report()
    assert report.figure("entries_waiting") == 2
    assert 39 < report.figure("entry_oldest_seconds") < 42
    assert report.state == "degraded"
    (postgres,) = (each for each in report.dependencies if each.name == "postgres")
    assert "waited for 40 s" in postgres.reason


def test_a_journal_that_is_shipped_to_its_end_is_ok(journal: Journal, tmp_path: Path) -> None:
    keep(journal, 100)
    report = of(journal, tmp_path, 1).report()
    assert (report.figure("entries_waiting"), report.state) == (0, "ok")


def test_without_postgres_all_entries_wait_and_the_reason_is_told(
    journal: Journal, tmp_path: Path
) -> None:
    keep(journal, 3)
    health = of(journal, tmp_path, None)
    with pytest.raises(psycopg2.OperationalError):
        health.connected(refuse)
    report = health.report()
    postgres = next(each for each in report.dependencies if each.name == "postgres")
    assert (postgres.state, postgres.reason) == ("down", "connection refused")
    assert (report.figure("entries_waiting"), report.figure("calls_unlogged")) == (1, None)
    assert report.state == "degraded", "no call is lost by that"


@pytest.mark.real
def test_a_call_that_only_asterisk_saw_is_told(
    journal: Journal, tmp_path: Path, writer: Connection
) -> None:
    cel = tmp_path / "cel.jsonl"
    cel.write_text(whole(1, began=time.time() - 60))
    health = of(journal, tmp_path, 0)
    assert health.connected(lambda: writer) is writer
    health.look(writer)
    assert health.report().figure("witness_unread_bytes") == cel.stat().st_size
    assert health.report().figure("calls_unlogged") == 0
    Witness(cel, journal.node).read(writer)
    health.look(writer)
    report = health.report()
    assert report.figure("witness_unread_bytes") == 0
    assert report.figure("calls_unlogged") == 1
    assert "1 calls" in next(d.reason for d in report.dependencies if d.name == "history")


def test_calls_refused_before_they_had_a_channel_are_counted_and_told_for_an_hour(
    journal: Journal, tmp_path: Path
) -> None:
    now, calls = time.time(), refused(journal)
    witness = Witness(tmp_path / "cel.jsonl", journal.node)
    health = ShipperHealth(tmp_path / "journal.db", witness, lambda: 0, calls)
    for call, at, by_trunk in (("a", now, True), ("b", now - 3700, True), ("c", now, False)):
        incoming = Incoming("70110001")
        calls.take(Refused(call, at, 488, "codec", incoming, "99112233", by_trunk, "G729"))
    calls.enter()
    report = health.report()
    (way_in,) = (each for each in report.dependencies if each.name == "way_in")
    assert way_in.state == "degraded"
    assert way_in.reason == ("1 call was refused within the last hour, with 488: it offers G729")
    assert report.figure("calls_refused") == {"488": 2, "strangers": 1}
