"""Taking a client or an agent out of the house. What happened stays on record.

Connections have the role ``duudlaga_writer``. A removal counts for calls once the snapshot is
published.
"""

from __future__ import annotations

from dataclasses import dataclass

from ari_app.operations.refused import has_live_calls, no_agent, no_client
from ari_app.store.audit import note
from ari_app.store.database import Cursor

# Rows of a client's document; those before others refer to them. History is in other tables.
_OF_A_CLIENT = (
    "numbers", "agent_clients", "prompts", "queues", "calendars", "flow_revisions", "flows",
    "clients",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClientFarewell:
    """What a client has: ``numbers`` that nobody would answer, and what stays on record."""

    numbers: tuple[str, ...]
    live_calls: int
    calls: int
    recordings: int
    callbacks: int


def client_farewell(cursor: Cursor, client: str) -> ClientFarewell:
    """Return what removing the client would mean; `RefusedError` when there is none."""
    cursor.execute("SELECT client_id FROM clients ORDER BY client_id")
    known = [slug for (slug,) in cursor.fetchall()]
    if client not in known:
        raise no_client(client, known)
    cursor.execute(
        """SELECT ARRAY(SELECT number::text FROM numbers WHERE client_id = %(client)s
                        ORDER BY position) AS numbers,
                  (SELECT count(*) FROM calls WHERE client_id = %(client)s AND outcome IS NULL
                     AND offered_at > now() - interval '1 day') AS live,
                  (SELECT count(*) FROM calls WHERE client_id = %(client)s) AS calls,
                  (SELECT count(*) FROM recordings WHERE client_id = %(client)s
                     AND path IS NOT NULL) AS recordings,
                  (SELECT count(*) FROM callbacks WHERE client_id = %(client)s
                     AND state NOT IN ('done', 'closed')) AS callbacks""",
        {"client": client},
    )
    numbers, *counts = cursor.fetchone()
    return ClientFarewell(tuple(numbers), *counts)


def remove_client(cursor: Cursor, client: str, *, actor: str) -> None:
    """Remove what the client's document brought in; `RefusedError` while it has live calls."""
    farewell = client_farewell(cursor, client)
    if farewell.live_calls:
        raise has_live_calls(client, farewell.live_calls)
    for table in _OF_A_CLIENT:
        # The tables' names are constants of this module, never anybody's text.
        cursor.execute(f"DELETE FROM {table} WHERE client_id = %s", (client,))  # noqa: S608
    note(cursor, client=client, actor=actor, action="remove_client", subject=client)


def remove_agent(cursor: Cursor, agent: str, *, actor: str) -> list[str]:
    """Remove an agent; return the clients whom they answered for. `RefusedError` without one."""
    cursor.execute("SELECT agent FROM agents ORDER BY agent")
    known = [slug for (slug,) in cursor.fetchall()]
    if agent not in known:
        raise no_agent(agent, known)
    cursor.execute("DELETE FROM agent_clients WHERE agent = %s RETURNING client_id", (agent,))
    clients = sorted(client for (client,) in cursor.fetchall())
    cursor.execute("DELETE FROM agents WHERE agent = %s", (agent,))
    note(cursor, client=None, actor=actor, action="remove_agent", subject=agent)
    return clients
