"""A client sees its own calls alone, whatever the screen in front of the database forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg2
import pytest

from ari_app.store.database import as_client, transaction

if TYPE_CHECKING:
    from ari_app.store.database import Connection

pytestmark = pytest.mark.real


@pytest.fixture
def two_clients(writer: Connection) -> None:
    with transaction(writer) as cursor:
        for client in ("anu-clinic", "tavan-bank"):
            cursor.execute(
                """INSERT INTO clients (client_id, name, language, timezone)
                   VALUES (%s, %s, 'mn', 'UTC')""",
                (client, client),
            )
            cursor.execute(
                """INSERT INTO calls (id, client_id, offered_at, node)
                   VALUES (gen_random_uuid(), %s, now(), 'n')""",
                (client,),
            )


@pytest.mark.usefixtures("two_clients")
def test_a_client_sees_its_own_rows_alone(app: Connection) -> None:
    for client in ("anu-clinic", "tavan-bank"):
        with as_client(app, client) as cursor:
            cursor.execute("SELECT client_id FROM calls")
            assert cursor.fetchall() == [(client,)]


@pytest.mark.usefixtures("two_clients")
def test_a_screen_that_forgets_the_client_sees_nothing(app: Connection) -> None:
    with transaction(app) as cursor:
        cursor.execute("SELECT * FROM calls")
        assert cursor.fetchall() == []
    with as_client(app, "anu-clinic"):
        pass
    with transaction(app) as cursor:  # the same pooled connection, afterwards
        cursor.execute("SELECT * FROM calls")
        assert cursor.fetchall() == []


@pytest.mark.usefixtures("two_clients")
def test_a_client_cannot_write_into_another_clients_history(app: Connection) -> None:
    with (
        pytest.raises(psycopg2.errors.InsufficientPrivilege),
        as_client(app, "anu-clinic") as cursor,
    ):
        cursor.execute(
            """INSERT INTO audit (client_id, actor, action, subject)
               VALUES ('tavan-bank', 'a', 'b', 'c')"""
        )


def test_every_table_with_a_client_is_fenced_and_forced(owner: Connection) -> None:
    with transaction(owner) as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
               WHERE attname = 'client_id' AND relkind = 'r'
                 AND relnamespace = 'public'::regnamespace
                 AND NOT (relrowsecurity AND relforcerowsecurity)"""
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT tablename FROM pg_tables WHERE tableowner = 'duudlaga_app'")
        assert cursor.fetchall() == []


def test_every_table_says_what_it_is_for(owner: Connection) -> None:
    with transaction(owner) as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class
               WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace
                 AND obj_description(oid, 'pg_class') IS NULL AND relname <> 'migrations'"""
        )
        assert cursor.fetchall() == []


@pytest.mark.usefixtures("two_clients")
def test_what_somebody_looked_at_cannot_be_unsaid(writer: Connection) -> None:
    with transaction(writer) as cursor:
        cursor.execute("INSERT INTO audit (actor, action, subject) VALUES ('bold', 'play', 'x')")
    with (
        pytest.raises(psycopg2.errors.RaiseException, match="never changed"),
        transaction(writer) as cursor,
    ):
        cursor.execute("DELETE FROM audit")


def test_a_published_flow_is_never_changed(writer: Connection, two_clients: None) -> None:
    with transaction(writer) as cursor:
        cursor.execute("INSERT INTO flows VALUES ('anu-clinic', 'main', 1)")
        cursor.execute(
            """INSERT INTO flow_revisions (client_id, flow, revision, definition, sha256)
               VALUES ('anu-clinic', 'main', 1, '{}', 's')"""
        )
    with (
        pytest.raises(psycopg2.errors.RaiseException, match="never changed"),
        transaction(writer) as cursor,
    ):
        cursor.execute("UPDATE flow_revisions SET definition = '[]'")
