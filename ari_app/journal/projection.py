"""Derives calls, legs, callbacks, contacts, recordings and agents' states from the entries.

Entries are applied one by one in their order of arrival; nothing else goes in, no clock and no
chance, so that deleting what was derived and applying them again gives the same rows.
"""

from __future__ import annotations

import psycopg2

from ari_app.journal.arrived import Arrived
from ari_app.journal.steps import STEPS, WITHOUT_CALL
from ari_app.store.database import Cursor


def project(cursor: Cursor, entries: list[Arrived]) -> list[tuple[Arrived, str]]:
    """Apply the entries and return those that could not be, with the reason.

    One that cannot be applied is a fault of this program; it must not hold up the others.
    """
    cursor.execute("SAVEPOINT batch")
    try:
        for entry in entries:
            _apply(cursor, entry)
    except psycopg2.OperationalError:
        raise
    except _FAULTS:
        cursor.execute("ROLLBACK TO SAVEPOINT batch")
        return _one_by_one(cursor, entries)
    cursor.execute("RELEASE SAVEPOINT batch")
    return []


_FAULTS = (psycopg2.DatabaseError, KeyError, TypeError, ValueError)


def _one_by_one(cursor: Cursor, entries: list[Arrived]) -> list[tuple[Arrived, str]]:
    refused = []
    for entry in entries:
        cursor.execute("SAVEPOINT entry")
        try:
            _apply(cursor, entry)
        except psycopg2.OperationalError:
            raise
        except _FAULTS as error:
            cursor.execute("ROLLBACK TO SAVEPOINT entry")
            refused.append((entry, f"{type(error).__name__}: {error}"))
        cursor.execute("RELEASE SAVEPOINT entry")
    return refused


def _apply(cursor: Cursor, entry: Arrived) -> None:
    step = STEPS.get(entry.kind)
    if step is None:  # most kinds are the call's story and change no figure
        return
    if entry.kind not in WITHOUT_CALL:
        # A call whose beginning was lost has a row all the same.
        cursor.execute(
            """INSERT INTO calls (id, client_id, offered_at, node)
               VALUES (%(call)s, %(client)s, %(at)s, %(node)s) ON CONFLICT DO NOTHING""",
            entry.parameters,
        )
    step(cursor, entry)
