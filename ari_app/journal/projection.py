"""Derives calls, legs, callbacks, contacts, recordings and agents' states from the entries.

Entries are applied one by one in their order of arrival; nothing else goes in, no clock and no
chance, so that deleting what was derived and applying them again gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import psycopg2

from ari_app.journal.arrived import Arrived
from ari_app.journal.statement import Work, carry_out
from ari_app.journal.steps import CALL_BEGUN, STEPS, WITHOUT_CALL
from ari_app.store.database import Cursor

_FAULTS = (psycopg2.DatabaseError, KeyError, TypeError, ValueError)


def project(cursor: Cursor, entries: list[Arrived]) -> list[tuple[Arrived, str]]:
    """Apply the entries and return those that could not be, with the reason.

    One that cannot be applied is a fault of this program; it must not hold up the others.
    """
    try:
        carry_out(cursor, work_of(entries))
    except psycopg2.OperationalError:
        raise
    except _FAULTS:
        return _one_by_one(cursor, entries)
    return []


def work_of(entries: Iterable[Arrived]) -> Iterator[Work]:
    """Give what the entries change, in order. Pure."""
    begun: set[str | None] = set()
    for entry in entries:
        step = STEPS.get(entry.kind)
        if step is None:  # most kinds are the call's story and change no figure
            continue
        if entry.kind not in WITHOUT_CALL and entry.call not in begun:
            yield CALL_BEGUN, entry.parameters
        if entry.call is not None:
            begun.add(entry.call)
        yield from step(entry)


def _one_by_one(cursor: Cursor, entries: list[Arrived]) -> list[tuple[Arrived, str]]:
    refused = []
    for entry in entries:
        try:
            carry_out(cursor, work_of([entry]))
        except psycopg2.OperationalError:
            raise
        except _FAULTS as error:
            refused.append((entry, f"{type(error).__name__}: {error}"))
    return refused
