"""Writes clients and agents as the documents from which they could be imported."""

from __future__ import annotations

import yaml

from ari_app.store.client_document import (
    AgentDocument,
    AgentsDocument,
    CalendarDocument,
    ClientDocument,
    NumberDocument,
    PromptDocument,
    QueueDocument,
)
from ari_app.store.database import Cursor


def load_client(cursor: Cursor, client: str) -> ClientDocument | None:
    """Return the client as a document, or ``None`` when the house does not have it."""
    cursor.execute("SELECT * FROM clients WHERE client_id = %s", (client,))
    row = cursor.fetchone()
    if row is None:
        return None
    return ClientDocument(
        client=row.client_id,
        name=row.name,
        language=row.language,
        timezone=row.timezone,
        colour=row.colour,
        answer_phrase=row.answer_phrase,
        short_abandon_seconds=row.short_abandon_seconds,
        record=row.record,
        fallback_queue=row.fallback_queue,
        numbers=_numbers(cursor, client),
        calendars=_calendars(cursor, client),
        queues=_queues(cursor, client),
        prompts=_prompts(cursor, client),
        agents=_levels(cursor, client),
        flows=_flows(cursor, client),
    )


def load_agents(cursor: Cursor) -> AgentsDocument:
    """Return all agents of the house."""
    cursor.execute(
        """SELECT agent, name, ready_on_register, ring_seconds, simulated_phone
           FROM agents ORDER BY agent"""
    )
    return AgentsDocument(
        agents={
            row.agent: AgentDocument(
                name=row.name,
                ready_on_register=row.ready_on_register,
                ring_seconds=row.ring_seconds,
                simulated_phone=row.simulated_phone,
            )
            for row in cursor.fetchall()
        }
    )


def to_yaml(document: ClientDocument | AgentsDocument, *, ascii_only: bool = False) -> str:
    """Return the document as YAML, without the fields that have their default.

    With ``ascii_only`` other letters are escaped; read again, it is the same document.
    """
    content = document.model_dump(exclude_defaults=True)
    text: str = yaml.safe_dump(content, allow_unicode=not ascii_only, sort_keys=False, width=100)
    return text


def client_slugs(cursor: Cursor) -> list[str]:
    """Return all clients of the house."""
    cursor.execute("SELECT client_id FROM clients ORDER BY client_id")
    return [client for (client,) in cursor.fetchall()]


def _numbers(cursor: Cursor, client: str) -> list[NumberDocument]:
    cursor.execute(
        "SELECT number, flow, label FROM numbers WHERE client_id = %s ORDER BY position", (client,)
    )
    return [
        NumberDocument(number=row.number, flow=row.flow, label=row.label)
        for row in cursor.fetchall()
    ]


def _calendars(cursor: Cursor, client: str) -> dict[str, CalendarDocument]:
    cursor.execute(
        "SELECT calendar, definition FROM calendars WHERE client_id = %s ORDER BY calendar",
        (client,),
    )
    return {
        row.calendar: CalendarDocument.model_validate(row.definition) for row in cursor.fetchall()
    }


def _queues(cursor: Cursor, client: str) -> dict[str, QueueDocument]:
    cursor.execute(
        """SELECT queue, strategy, ring_seconds, wrap_up_seconds, max_waiting, weight, music
           FROM queues WHERE client_id = %s ORDER BY queue""",
        (client,),
    )
    return {
        row.queue: QueueDocument(
            strategy=row.strategy,
            ring_seconds=row.ring_seconds,
            wrap_up_seconds=row.wrap_up_seconds,
            max_waiting=row.max_waiting,
            weight=row.weight,
            music=row.music,
        )
        for row in cursor.fetchall()
    }


def _prompts(cursor: Cursor, client: str) -> dict[str, dict[str, PromptDocument]]:
    cursor.execute(
        """SELECT prompt, language, text, file FROM prompts
           WHERE client_id = %s ORDER BY prompt, language""",
        (client,),
    )
    prompts: dict[str, dict[str, PromptDocument]] = {}
    for row in cursor.fetchall():
        prompt = PromptDocument(text=row.text, file=row.file)
        prompts.setdefault(row.prompt, {})[row.language] = prompt
    return prompts


def _levels(cursor: Cursor, client: str) -> dict[str, int]:
    cursor.execute(
        "SELECT agent, level FROM agent_clients WHERE client_id = %s ORDER BY position", (client,)
    )
    return dict(cursor.fetchall())


def _flows(cursor: Cursor, client: str) -> dict[str, dict[str, object]]:
    cursor.execute(
        """SELECT flow, definition FROM flows JOIN flow_revisions USING (client_id, flow)
           WHERE client_id = %s AND revision = current_revision ORDER BY flow""",
        (client,),
    )
    return dict(cursor.fetchall())
