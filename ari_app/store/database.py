"""Connections to Postgres and the two ways to use one: for the house, or for one client."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.extensions
from psycopg2.extras import NamedTupleCursor
from psycopg2.pool import ThreadedConnectionPool
from psycopg2.sql import Composable

if TYPE_CHECKING:
    from collections.abc import Iterator


Connection = psycopg2.extensions.connection


class Cursor(NamedTupleCursor):
    """A cursor whose rows are read by name. What a column holds, only the SQL beside it knows."""

    def execute(self, query: str | bytes | Composable, vars: Any = None) -> None:  # noqa: A002 (the library's name)
        """Run one statement with its values."""
        super().execute(query, vars)  # type: ignore[no-untyped-call]

    def fetchone(self) -> Any:
        """Return the next row or ``None``."""
        return super().fetchone()

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return super().fetchall()


def connect(dsn: str, name: str) -> Connection:
    """Open a connection; ``name`` is what the server's own lists show of this process.

    Raises :class:`psycopg2.OperationalError` when the server is away.
    """
    connection = psycopg2.connect(
        dsn, application_name=name, connect_timeout=5, cursor_factory=Cursor
    )
    connection.set_client_encoding("UTF8")
    return connection


class Pool:
    """Connections for threads that serve requests. ``size`` is the most that are open at once."""

    def __init__(self, dsn: str, name: str, size: int = 10) -> None:
        self._pool = ThreadedConnectionPool(
            1, size, dsn, application_name=name, connect_timeout=5, cursor_factory=Cursor
        )

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Borrow a connection; it goes back rolled back, and is thrown away when broken."""
        connection = self._pool.getconn()
        try:
            yield connection
        finally:
            if not connection.closed:
                connection.rollback()
            self._pool.putconn(connection, close=bool(connection.closed))

    def close(self) -> None:
        """Close every connection."""
        self._pool.closeall()


@contextmanager
def transaction(connection: Connection) -> Iterator[Cursor]:
    """One transaction for the whole house: committed at the end, rolled back on an exception."""
    with connection, connection.cursor(cursor_factory=Cursor) as cursor:
        yield cursor


@contextmanager
def as_client(connection: Connection, client: str) -> Iterator[Cursor]:
    """One transaction that sees and writes the rows of ``client`` alone.

    It holds for connections of the role ``duudlaga_app``; without it they see no rows at all.
    The setting is local to the transaction, so nothing of it stays on a pooled connection.
    """
    if not client:
        raise ValueError("as_client needs the client's slug, it got an empty text")
    with connection, connection.cursor(cursor_factory=Cursor) as cursor:
        cursor.execute("SELECT set_config('duudlaga.client', %s, true)", (client,))
        yield cursor
