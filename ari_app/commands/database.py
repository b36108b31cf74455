"""Postgres as the commands use it: a connection of the whole house, or a sentence."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg2

from ari_app.flow.said import Said
from ari_app.settings import Settings
from ari_app.store.database import Connection, Cursor, as_client, connect, transaction
from ari_app.store.roles import APP, OWNER, WRITER


class DatabaseAwayError(Exception):
    """Postgres cannot be reached; the message is a sentence, `reason` the server's own words."""

    def __init__(self, reason: str) -> None:
        """`reason` is what the driver says; only its first line is for people."""
        lines = reason.strip().splitlines()
        self.reason = reason if isinstance(reason, Said) else lines[0] if lines else "–"
        super().__init__(
            Said("Postgres is not reachable ({reason}). `duudlaga status` shows what runs.",
                 reason=self.reason)
        )  # fmt: skip


def house_database(settings: Settings) -> AbstractContextManager[Connection]:
    """A connection that sees all clients, closed at the end.

    Raises `DatabaseAwayError` when the server is away, at first or in the middle.
    """
    return _open(settings.postgres_address(WRITER))


@contextmanager
def cursor_of(settings: Settings, client: str | None) -> Iterator[Cursor]:
    """One transaction that sees all clients, or, when one is named, what that client may see.

    Raises `DatabaseAwayError` as `house_database` does.
    """
    if client is None:
        with house_database(settings) as connection, transaction(connection) as cursor:
            yield cursor
    else:
        address = settings.postgres_address(APP)
        with _open(address) as connection, as_client(connection, client) as cursor:
            yield cursor


def owner_database(settings: Settings) -> AbstractContextManager[Connection]:
    """A connection of the tables' owner, for migrations alone; else as `house_database`."""
    return _open(settings.postgres_address(OWNER))


def superuser_database(dsn: str) -> AbstractContextManager[Connection]:
    """A connection of somebody else's Postgres, as who may make roles; else as `house_database`."""
    return _open(dsn)


@contextmanager
def _open(dsn: str) -> Iterator[Connection]:
    try:
        connection = connect(dsn, "duudlaga-commands")
    except (psycopg2.OperationalError, psycopg2.ProgrammingError) as error:  # away; no proper DSN
        raise DatabaseAwayError(str(error)) from error
    try:
        yield connection
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise DatabaseAwayError(str(error)) from error
    except psycopg2.errors.UndefinedTable as error:  # a start makes them within seconds
        raise DatabaseAwayError(Said("its tables are not there yet")) from error
    finally:
        connection.close()
