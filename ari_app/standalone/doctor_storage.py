"""Checks of what is kept: Postgres, Redis, the journal, the prompts and the snapshot."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any, cast

from ari_app.flow.said import Said
from ari_app.settings import Settings
from ari_app.snapshot.reader import Snapshot, SnapshotError
from ari_app.standalone.finding import Finding
from ari_app.standalone.redis import client
from ari_app.store.database import connect
from ari_app.store.migrate import read_migrations
from ari_app.store.roles import APP, OWNER


def postgres(settings: Settings) -> Finding:
    """It answers, it does not lose what it has acknowledged, and its tables are up to date."""
    with closing(connect(settings.postgres_address(APP), "doctor")) as app, app.cursor() as cursor:
        cursor.execute("SELECT 1 WHERE current_setting('synchronous_commit') = 'off'")
        if cursor.fetchone():
            advice = Said("Set {line} in {file}.",
                          line="synchronous_commit = on", file="postgresql.conf")  # fmt: skip
            fact = Said("it may lose what it has acknowledged")
            return Finding("Postgres", "bad", fact, advice)
    address = settings.postgres_address(OWNER)
    with closing(connect(address, "doctor")) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT name FROM migrations")
        applied = {row[0] for row in cursor.fetchall()}
    missing = [each.name for each in read_migrations() if each.name not in applied]
    if missing:
        return Finding(
            "Postgres", "bad", Said("tables lack {name}", name=missing[0]), "duudlaga migrate"
        )
    return Finding("Postgres", "ok", Said("{count} migrations", count=len(applied)))


def redis(settings: Settings) -> Finding:
    """It answers, and writes its changes to the disk."""
    with client(settings) as server:
        info = cast("dict[str, Any]", server.info("persistence"))
    if not info["aof_enabled"]:
        advice = Said("Set {line} in {file}.", line="appendonly yes", file="redis.conf")
        return Finding("Redis", "warn", Said("it forgets everything when it dies"), advice)
    if info["aof_last_write_status"] != "ok":
        advice = Said("Make room on the disk.")
        return Finding("Redis", "bad", Said("it cannot write to the disk"), advice)
    return Finding("Redis", "ok", Said("answers, and writes every second"))


def journal(settings: Settings) -> Finding:
    """The journal takes a line of every turn before the turn is played to the caller."""
    if not settings.journal.exists():
        return Finding(
            "journal", "warn", Said("there is none yet"), Said("`duudlaga up` makes it.")
        )
    place = f"{settings.journal.as_uri()}?mode=rw"  # a doctor makes nothing
    with closing(sqlite3.connect(place, timeout=2, isolation_level=None, uri=True)) as database:
        database.execute("BEGIN IMMEDIATE")  # takes the right to write, and gives it back
        database.execute("ROLLBACK")
        mode = database.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        advice = Said("Stop, and start again; if it stays, move {file} away.",
                      file=settings.journal)  # fmt: skip
        return Finding("journal", "bad", Said("its journal mode is {mode}", mode=mode), advice)
    return Finding("journal", "ok", Said("{file} can be written", file=settings.journal))


def snapshot(settings: Settings) -> Finding:
    """What calls need when no database is there."""
    try:
        Snapshot.open(settings.snapshot)
    except SnapshotError as error:
        return Finding("snapshot", "bad", error.args[0], Said("`duudlaga up` publishes it anew."))
    return Finding("snapshot", "ok", settings.current_snapshot.readlink().name)


def prompts(settings: Settings) -> Finding:
    """Without the sorry prompt a caller in trouble hears English."""
    sorry = sorted(settings.standard_prompts.glob("*/sorry_record.wav"))
    if not sorry:
        advice = Said("`duudlaga up` speaks them.")
        fact = Said("none in {folder}", folder=settings.standard_prompts)
        return Finding("prompts", "bad", fact, advice)
    return Finding("prompts", "ok", ", ".join(path.parent.name for path in sorry))


SERVER_CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "Postgres": postgres,
    "Redis": redis,
}
FILE_CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "journal": journal,
    "snapshot": snapshot,
    "prompts": prompts,
}
