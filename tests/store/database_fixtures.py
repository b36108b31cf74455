"""Fixtures of a temporary Postgres: one server per session, one database per test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ari_app.store.database import connect
from ari_app.store.roles import APP, OWNER, WRITER
from tests.store.postgres_server import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ari_app.store.database import Connection


@dataclass(frozen=True)
class TestDatabase:
    """An empty database with all tables."""

    __test__ = False  # pytest would take the name for a test class

    server: PostgresServer
    name: str

    def dsn(self, role: str) -> str:
        """How to connect as ``role``."""
        return self.server.dsn(role, self.name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this test session."""
    server = PostgresServer()
    try:
        server.create()
        yield server
    finally:
        server.remove()


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[TestDatabase]:
    """A database for this test alone."""
    name = postgres_server.new_database()
    yield TestDatabase(postgres_server, name)
    postgres_server.drop_database(name)


@pytest.fixture
def owner(database: TestDatabase) -> Iterator[Connection]:
    """A connection of the role that owns the tables."""
    connection = connect(database.dsn(OWNER), "test")
    yield connection
    connection.close()


@pytest.fixture
def writer(database: TestDatabase) -> Iterator[Connection]:
    """A connection of the role that sees the whole house."""
    connection = connect(database.dsn(WRITER), "test")
    yield connection
    connection.close()


@pytest.fixture
def app(database: TestDatabase) -> Iterator[Connection]:
    """A connection of the role that sees one client at a time."""
    connection = connect(database.dsn(APP), "test")
    yield connection
    connection.close()
