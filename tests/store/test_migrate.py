"""The database is brought up to date once, in order, or says which file stands in the way."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg2
import pytest

from ari_app.store.database import connect, transaction
from ari_app.store.migrate import MigrationError, migrate, read_migrations
from ari_app.store.roles import OWNER, ROLES, prepare_server

if TYPE_CHECKING:
    from pathlib import Path

    from ari_app.store.database import Connection
    from tests.store.database_fixtures import TestDatabase


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for migration in read_migrations():
        (tmp_path / migration.name).write_text(migration.text, encoding="utf-8")
    return tmp_path


def next_name(folder: Path, title: str) -> Path:
    return folder / f"{len(list(folder.iterdir())) + 1:04}_{title}.sql"


@pytest.mark.real
def test_a_file_is_applied_once(owner: Connection, folder: Path) -> None:
    assert migrate(owner, folder) == []
    new = next_name(folder, "pets")
    new.write_text("CREATE TABLE pets (name text)", encoding="utf-8")
    assert migrate(owner, folder) == [new.name]
    assert migrate(owner, folder) == []


@pytest.mark.real
def test_calls_that_only_asterisk_knows_stay_known_in_a_newer_version(
    database: TestDatabase, folder: Path
) -> None:
    with closing(psycopg2.connect(database.dsn("postgres"))) as superuser:
        prepare_server(superuser, dict.fromkeys(ROLES, "test"), "older")
    newer = [file for file in folder.iterdir() if file.name >= "0004"]
    texts = {file: file.read_text(encoding="utf-8") for file in newer}
    for file in newer:
        file.unlink()
    with closing(connect(database.server.dsn(OWNER, "older"), "test")) as owner:
        migrate(owner, folder)
        with transaction(owner) as cursor:
            cursor.execute(
                """INSERT INTO witness (node, call_id, linked_id, unique_id, channel_counter, event,
                                        at, context, number, caller_raw, caller_name, detail)
                   SELECT 'n', md5(n::text)::uuid, 'x-100.' || n, 'x-100.' || n, n, event,
                          to_timestamp(100 + after), 'intake', '976', '+976', '', detail
                   FROM generate_series(1, 3) AS n,
                        (VALUES ('CHAN_START', 0, ''), ('HANGUP', 7, ''),
                                ('duudlaga_message_end', 8, 'DTMF'), ('LINKEDID_END', 9, ''))
                            AS told (event, after, detail)
                   WHERE n = 2 OR event <> 'duudlaga_message_end' ORDER BY after, n"""
            )
            cursor.execute(
                """INSERT INTO calls (id, client_id, outcome, offered_at, ended_at, node)
                   SELECT md5(n::text)::uuid, 'anu-clinic', 'abandoned', now(), now(), 'n'
                   FROM generate_series(1, 2) AS n"""
            )
        for file, text in texts.items():
            file.write_text(text, encoding="utf-8")
        assert migrate(owner, folder) == sorted(file.name for file in newer)
        with transaction(owner) as cursor:
            cursor.execute(
                """SELECT linked_id, extract(epoch FROM hung_up_at)::int AS gone,
                          message_status, extract(epoch FROM over_at - asterisk_at)::int AS after
                   FROM witness_calls ORDER BY linked_id"""
            )
            assert cursor.fetchall() == [("x-100.2", 107, "DTMF", 9), ("x-100.3", 107, "", 9)]
            cursor.execute("SELECT counter, counter_second FROM asterisk_starts")
            assert cursor.fetchall() == [(3, 109)]
    database.server.drop_database("older")


@pytest.mark.real
def test_a_failing_file_leaves_nothing_and_is_named(owner: Connection, folder: Path) -> None:
    new = next_name(folder, "broken")
    new.write_text("CREATE TABLE pets (name text); SELECT nonsense;", encoding="utf-8")
    with pytest.raises(MigrationError, match=rf"{new.name} failed: .*nonsense"):
        migrate(owner, folder)
    with transaction(owner) as cursor:
        cursor.execute("SELECT to_regclass('pets')")
        assert cursor.fetchone() == (None,)


@pytest.mark.real
def test_history_is_not_rewritten(owner: Connection, folder: Path) -> None:
    first = folder / "0001_clients.sql"
    first.write_text(first.read_text(encoding="utf-8") + "-- changed", encoding="utf-8")
    with pytest.raises(MigrationError, match=r"0001_clients\.sql was changed after it was applied"):
        migrate(owner, folder)
    last = max(folder.iterdir())
    last.unlink()
    first.write_text(read_migrations()[0].text, encoding="utf-8")
    with pytest.raises(MigrationError, match=f"{last.name} was applied .* the file is gone"):
        migrate(owner, folder)


def test_a_gap_in_the_numbers_is_named(tmp_path: Path) -> None:
    (tmp_path / "0002_second.sql").write_text("", encoding="utf-8")
    with pytest.raises(MigrationError, match=r"should be named 0001_name\.sql"):
        read_migrations(tmp_path)


@pytest.mark.real
def test_doing_the_servers_preparation_again_is_harmless(database: TestDatabase) -> None:
    superuser = psycopg2.connect(database.dsn("postgres"))
    try:
        prepare_server(superuser, dict.fromkeys(ROLES, "other"), database.name)
    finally:
        superuser.close()
    psycopg2.connect(database.dsn(OWNER)).close()


def test_the_projects_own_files_count_without_a_gap() -> None:
    """Two branches that each add the next number would stop every start."""
    assert len(read_migrations()) >= 9
