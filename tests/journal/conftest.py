"""Tests here may use a temporary Postgres."""

from tests.store.database_fixtures import app, database, owner, postgres_server, writer

__all__ = ["app", "database", "owner", "postgres_server", "writer"]
