"""Brings the database up to the files in sql/: forward only, each file once, in order."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from ari_app.flow.said import Said

if TYPE_CHECKING:
    from ari_app.store.database import Connection

SQL_DIRECTORY = Path(__file__).resolve().parents[2] / "sql"
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
# Any number, the same for every copy of this program.
_LOCK = 7_011_0001


class MigrationError(Exception):
    """A migration was refused; the text names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of sql/."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_migrations(directory: Path = SQL_DIRECTORY) -> list[Migration]:
    """Return the files in order; their numbers must count 0001, 0002, … without a gap."""
    files = sorted(directory.glob("*.sql"))
    for place, file in enumerate(files, start=1):
        match = _NAME.fullmatch(file.name)
        if match is None or int(match[1]) != place:
            raise MigrationError(
                Said("{file} should be named {place:04}_name.sql", file=file, place=place)
            )
    return [Migration(file.name, file.read_text(encoding="utf-8")) for file in files]


def migrate(owner: Connection, directory: Path = SQL_DIRECTORY) -> list[str]:
    """Apply what is missing, one transaction a file, and return the names of those applied.

    Two callers at once take turns. Raises :class:`MigrationError` when an applied file was
    changed or removed since, or when a file fails; the files before it stay applied.
    """
    migrations = read_migrations(directory)
    owner.rollback()
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        try:
            return _apply(owner, migrations)
        finally:
            owner.rollback()
            cursor.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
            owner.commit()


def _apply(owner: Connection, migrations: list[Migration]) -> list[str]:
    applied = _applied(owner)
    known = {migration.name: migration for migration in migrations}
    for name, checksum in applied.items():
        if name not in known:
            raise MigrationError(
                Said("{name} was applied to this database, but the file is gone", name=name)
            )
        if known[name].checksum != checksum:
            raise MigrationError(
                Said("{name} was changed after it was applied; add a new file instead", name=name)
            )
    missing = [migration for migration in migrations if migration.name not in applied]
    for migration in missing:
        try:
            with owner, owner.cursor() as cursor:
                cursor.execute(migration.text)
                cursor.execute(
                    "INSERT INTO migrations (name, checksum) VALUES (%s, %s)",
                    (migration.name, migration.checksum),
                )
        except psycopg2.Error as error:
            raise MigrationError(
                Said("{migration} failed: {error}", migration=migration.name, error=error)
            ) from error
    return [migration.name for migration in missing]


def _applied(owner: Connection) -> dict[str, str]:
    with owner, owner.cursor() as cursor:
        cursor.execute(
            """CREATE TABLE IF NOT EXISTS migrations (
                   name text PRIMARY KEY,
                   checksum text NOT NULL,
                   applied_at timestamptz NOT NULL DEFAULT now()
               )"""
        )
        cursor.execute("SELECT name, checksum FROM migrations ORDER BY name")
        return dict(cursor.fetchall())
