"""Clients and what they consist of: saved whole from their documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from psycopg2.extras import Json, execute_values

from ari_app.store.client_document import AgentsDocument, ClientDocument
from ari_app.store.database import Cursor


def save_agents(cursor: Cursor, document: AgentsDocument) -> None:
    """Insert or update these agents; the others stay as they are."""
    execute_values(
        cursor,
        """INSERT INTO agents (agent, name, ready_on_register, ring_seconds, simulated_phone)
           VALUES %s
           ON CONFLICT (agent) DO UPDATE SET name = excluded.name,
               ready_on_register = excluded.ready_on_register,
               ring_seconds = excluded.ring_seconds,
               simulated_phone = excluded.simulated_phone""",
        [
            (slug, agent.name, agent.ready_on_register, agent.ring_seconds, agent.simulated_phone)
            for slug, agent in document.agents.items()
        ],
    )


def release_numbers(cursor: Cursor, clients: Sequence[str]) -> None:
    """Take all numbers from these clients, so that one may get a number of another."""
    cursor.execute("DELETE FROM numbers WHERE client_id = ANY (%s)", (list(clients),))


def save_client(cursor: Cursor, document: ClientDocument) -> list[tuple[str, str, int]]:
    """Make the client what the document says, prompts excepted.

    Returns the flows published anew as (client, flow, revision).
    """
    cursor.execute(
        """INSERT INTO clients (client_id, name, language, timezone, colour, answer_phrase,
                                short_abandon_seconds, record, fallback_queue)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
           ON CONFLICT (client_id) DO UPDATE SET
               name = excluded.name, language = excluded.language, timezone = excluded.timezone,
               colour = excluded.colour, answer_phrase = excluded.answer_phrase,
               short_abandon_seconds = excluded.short_abandon_seconds, record = excluded.record,
               fallback_queue = excluded.fallback_queue""",
        (
            document.client, document.name, document.language, document.timezone,
            document.colour, Json(document.answer_phrase), document.short_abandon_seconds,
            document.record, document.fallback_queue,
        ),
    )  # fmt: skip
    published = _save_flows(cursor, document)
    _save_rows(cursor, document)
    return published


def _save_rows(cursor: Cursor, document: ClientDocument) -> None:
    """Replace what is only a list of rows: nothing else refers to these."""
    client = document.client
    _replace(
        cursor, client, "numbers", "number, flow, label, position",
        [(n.number, n.flow, n.label, place) for place, n in enumerate(document.numbers)],
    )  # fmt: skip
    _replace(
        cursor, client, "calendars", "calendar, definition",
        [
            (slug, json.dumps(calendar.model_dump(exclude_defaults=True), ensure_ascii=False))
            for slug, calendar in document.calendars.items()
        ],
    )  # fmt: skip
    _replace(
        cursor, client, "queues",
        "queue, strategy, ring_seconds, wrap_up_seconds, max_waiting, weight, music",
        [
            (slug, q.strategy, q.ring_seconds, q.wrap_up_seconds, q.max_waiting, q.weight, q.music)
            for slug, q in document.queues.items()
        ],
    )  # fmt: skip
    _replace(
        cursor, client, "agent_clients", "agent, level, position",
        [(agent, level, place) for place, (agent, level) in enumerate(document.agents.items())],
    )  # fmt: skip


def _replace(
    cursor: Cursor, client: str, table: str, columns: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    # Table and columns are constants of this module, never anybody's text.
    cursor.execute(f"DELETE FROM {table} WHERE client_id = %s", (client,))  # noqa: S608
    execute_values(
        cursor,
        f"INSERT INTO {table} (client_id, {columns}) VALUES %s",  # noqa: S608
        [(client, *row) for row in rows],
    )


def _save_flows(cursor: Cursor, document: ClientDocument) -> list[tuple[str, str, int]]:
    client = document.client
    published = []
    for flow, definition in document.flows.items():
        sha = _sha(definition)
        cursor.execute(
            """INSERT INTO flows (client_id, flow) VALUES (%s, %s) ON CONFLICT DO NOTHING""",
            (client, flow),
        )
        cursor.execute(
            """SELECT flows.current_revision, flow_revisions.sha256,
                      (SELECT coalesce(max(revision), 0) FROM flow_revisions
                       WHERE client_id = flows.client_id AND flow = flows.flow)
               FROM flows LEFT JOIN flow_revisions
                 ON flow_revisions.client_id = flows.client_id AND flow_revisions.flow = flows.flow
                AND flow_revisions.revision = flows.current_revision
               WHERE flows.client_id = %s AND flows.flow = %s FOR UPDATE OF flows""",
            (client, flow),
        )
        _, current_sha, last = cursor.fetchone() or (None, None, 0)
        if current_sha == sha:
            continue
        cursor.execute(
            """INSERT INTO flow_revisions (client_id, flow, revision, definition, sha256)
               VALUES (%s, %s, %s, %s, %s)""",
            (client, flow, last + 1, json.dumps(definition, ensure_ascii=False), sha),
        )
        cursor.execute(
            "UPDATE flows SET current_revision = %s WHERE client_id = %s AND flow = %s",
            (last + 1, client, flow),
        )
        published.append((client, flow, last + 1))
    cursor.execute(
        "UPDATE flows SET current_revision = NULL WHERE client_id = %s AND flow <> ALL (%s)",
        (client, list(document.flows)),
    )
    return published


def _sha(definition: dict[str, Any]) -> str:
    """Return the hash by which two definitions are the same, whatever their key order."""
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
