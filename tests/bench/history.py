"""What the history costs: a call shipped, a line of the witness, a look for calls not on record.

Each is measured behind ever more calls of the past, because none may become dearer with them.
It needs Postgres alone, and starts one of its own.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from ari_app.journal.left_messages import LeftMessages
from ari_app.journal.reconcile import Reconciler
from ari_app.journal.ship import position, ship
from ari_app.journal.store import Journal
from ari_app.journal.tail import Tail
from ari_app.journal.witness import Witness
from ari_app.store.calls import unlogged
from ari_app.store.database import Connection, connect, transaction
from ari_app.store.roles import WRITER
from tests.bench import past
from tests.bench.figure import Figure
from tests.bench.told import Told
from tests.load.machine import cpu_seconds
from tests.store.postgres_server import PostgresServer

SIZES = (10_000, 100_000, 300_000)
CALLS = 400
LIVE = 100
PASSES = 5


@dataclass
class _House:
    """A journal, an event log and the database behind."""

    server: PostgresServer
    superuser: str
    journal: Journal
    cel: Path
    connection: Connection
    told: Told

    def ship(self) -> None:
        with Tail(self.journal.path) as tail:
            shipped = position(self.connection, tail.node)
            while entries := tail.after(shipped, 500):
                ship(self.connection, tail.node, entries)
                shipped = entries[-1].seq

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far: ours, which stands for the shipper's, and all of Postgres's."""
        if self.server.process is None:
            raise RuntimeError("Postgres does not run")
        return time.process_time(), cpu_seconds(self.server.process.pid)


def measure(tell: Callable[[str], None], sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """All figures, behind each number of past calls in turn."""
    figures: list[Figure] = []
    with _house() as house:
        behind = 0
        for size in sizes:
            began = time.monotonic()
            past.fill(house.superuser, behind, size)
            behind = size
            tell(f"{size} calls of the past ({time.monotonic() - began:.0f} s)")
            figures += _behind(house, f"{size // 1000}k calls of the past")
    return figures


@contextmanager
def _house() -> Iterator[_House]:
    server = PostgresServer()
    try:
        server.create()
        name = server.new_database()
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as folder,
            Journal(Path(folder) / "journal.db") as journal,
            closing(connect(server.dsn(WRITER, name), "bench")) as connection,
        ):
            yield _House(
                server,
                server.dsn("postgres", name),
                journal,
                Path(folder) / "cel.jsonl",
                connection,
                Told(),
            )
    finally:
        server.remove()


def _behind(house: _House, what: str) -> list[Figure]:
    figures = []
    for name, at_once in (("as they come", 6), ("a backlog", 500)):
        ours, postgres = _shipped(house, at_once)
        figures += [
            Figure(f"shipper CPU, a call, {name}, {what}", ours, "ms"),
            Figure(f"Postgres CPU, a call, {name}, {what}", postgres, "ms"),
        ]
    ours, postgres, lines = _witnessed(house)
    figures += [
        Figure(f"shipper CPU, a witness line, {what}", ours, "ms", note=f"{lines} lines"),
        Figure(f"Postgres CPU, a witness line, {what}", postgres, "ms"),
    ]
    figures.append(Figure(f"reconciling, {what}", _reconciled(house), "ms", note=f"{LIVE} live"))
    figures.append(Figure(f"counting calls not on record, {what}", _counted(house), "ms"))
    return figures


def _shipped(house: _House, at_once: int) -> tuple[float, float]:
    """Ship full journeys, some entries at once; milliseconds a call, ours and Postgres's."""
    house.ship()
    entries = house.told.entries(CALLS)
    house.journal.append_notes(entries)
    before = house.cpu()
    with Tail(house.journal.path) as tail:
        shipped = position(house.connection, tail.node)
        while lines := tail.after(shipped, at_once):
            ship(house.connection, tail.node, lines)
            shipped = lines[-1].seq
    return _spent(before, house.cpu(), CALLS)


def _witnessed(house: _House) -> tuple[float, float, int]:
    witness = Witness(house.cel, house.journal.node)
    witness.read(house.connection)
    text = house.told.event_lines(CALLS)
    with house.cel.open("a", encoding="utf-8") as file:
        file.write(text)
    before = house.cpu()
    lines = 0
    while read := witness.read(house.connection):
        lines += read
    return *_spent(before, house.cpu(), lines), lines


def _spent(before: tuple[float, float], after: tuple[float, float], of: int) -> tuple[float, float]:
    ours, postgres = (1000 * (b - a) / of for a, b in zip(before, after, strict=True))
    return ours, postgres


def _reconciled(house: _House) -> float:
    """Milliseconds by the clock of one look, with live calls that nobody need end."""
    with house.cel.open("a", encoding="utf-8") as file:
        file.write(house.told.live_lines(LIVE))
    witness = Witness(house.cel, house.journal.node)
    witness.read(house.connection)
    house.journal.append_notes(house.told.live_entries())
    house.ship()
    taken: list[str] = []
    reconciler = Reconciler(
        house.journal, lambda _: None, lambda raw: raw, lambda _, name: taken.append(name)
    )
    left = LeftMessages(house.journal, lambda _, name: taken.append(name))
    times = []
    for _ in range(PASSES):
        now, began = datetime.now(UTC), time.perf_counter()
        left.run(house.connection, now)
        done = reconciler.run(house.connection, now)
        witness.forget(house.connection, now)
        times.append(1000 * (time.perf_counter() - began))
        if done.entered or done.ended or taken:
            raise RuntimeError(f"{done} {taken}: the figures mean nothing")
    return median(times)


def _counted(house: _House) -> float:
    """Milliseconds by the clock of what the shipper's health asks every ten seconds."""
    times = []
    for _ in range(PASSES):
        began = time.perf_counter()
        with transaction(house.connection) as cursor:
            count = unlogged(cursor, datetime.now(UTC) - timedelta(seconds=5))
        times.append(1000 * (time.perf_counter() - began))
        if count:
            raise RuntimeError(f"{count} calls are not on record: the figures mean nothing")
    return median(times)
