"""The database is brought up to date once, in order, or says which file stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg2
import pytest

from ari_app.store.database import transaction
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
