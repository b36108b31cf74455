"""SQL that is carried out for nearly every call: planned once a connection, sent many at once.

Planning such a statement costs Postgres more than carrying it out, and each message to it costs
both sides as much again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import psycopg2

from ari_app.store.database import Connection, Cursor

_VALUE = re.compile(r"%\((\w+)\)s")
# What each connection knows; Postgres forgets it with the connection, never with a transaction.
_prepared: WeakKeyDictionary[Connection, set[str]] = WeakKeyDictionary()


class Statement:
    """One statement with values such as ``%(call)s``; ``name`` is its own in this program."""

    def __init__(self, name: str, text: str) -> None:
        values = list(dict.fromkeys(_VALUE.findall(text)))
        places = {value: f"${place}" for place, value in enumerate(values, 1)}
        self.name = name
        self.prepare = f"PREPARE {name} AS {_VALUE.sub(lambda value: places[value[1]], text)}"
        self.execute = f"EXECUTE {name} ({', '.join(f'%({value})s' for value in values)})"


Work = tuple[Statement, Mapping[str, Any]]


def carry_out(cursor: Cursor, work: Iterable[Work]) -> None:
    """Carry out all of it in this order, or fail at the first that fails, with one message.

    A failure undoes what came before, but not the transaction of the caller.
    """
    known = _prepared.setdefault(cursor.connection, set())
    messages = []
    for statement, values in work:
        if statement.name not in known:
            cursor.execute(statement.prepare)
            known.add(statement.name)
        messages.append(cursor.mogrify(statement.execute, values))
    if not messages:
        return
    try:
        cursor.execute(b"; ".join([b"SAVEPOINT work", *messages, b"RELEASE SAVEPOINT work"]))
    except psycopg2.DatabaseError:
        if not cursor.connection.closed:
            cursor.execute("ROLLBACK TO SAVEPOINT work")
        raise
