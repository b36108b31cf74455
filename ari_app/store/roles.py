"""The three database roles and the database itself, made once by the server's superuser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg2 import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ari_app.store.database import Connection

OWNER = "duudlaga_owner"
WRITER = "duudlaga_writer"
APP = "duudlaga_app"
ROLES = (OWNER, WRITER, APP)
DATABASE = "duudlaga"


def prepare_server(
    superuser: Connection, passwords: Mapping[str, str], database: str = DATABASE
) -> None:
    """Create the roles and the empty database if they are missing; set the passwords.

    ``passwords`` has one for each of :data:`ROLES`. Doing it again is harmless. The connection
    is switched to autocommit, because CREATE DATABASE does not run in a transaction.
    """
    superuser.autocommit = True
    with superuser.cursor() as cursor:
        for role in ROLES:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(
                sql.SQL(
                    "{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD %s"
                ).format(sql.SQL(verb), sql.Identifier(role)),
                (passwords[role],),
            )
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(database), sql.Identifier(OWNER)
                )
            )
