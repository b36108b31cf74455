"""The house's agents and what they did. For the role ``duudlaga_writer`` alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ari_app.store.database import Cursor


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent, with the level per client."""

    agent: str
    name: str
    clients: dict[str, int]


@dataclass(frozen=True, slots=True)
class AgentState:
    """What an agent began to do, and why."""

    state: str
    reason: str
    began_at: datetime


def list_agents(cursor: Cursor) -> list[AgentRow]:
    """Return all agents of the house."""
    cursor.execute(
        """SELECT agent, name,
                  (SELECT coalesce(jsonb_object_agg(client_id, level), '{}') FROM agent_clients
                   WHERE agent_clients.agent = agents.agent)
           FROM agents ORDER BY agent"""
    )
    return [AgentRow(*row) for row in cursor.fetchall()]


def set_simulated_phone(cursor: Cursor, agent: str, *, simulated: bool) -> bool:
    """Let the agent have a simulated phone, or none; ``False`` when there is no such agent."""
    cursor.execute(
        "UPDATE agents SET simulated_phone = %s WHERE agent = %s RETURNING agent",
        (simulated, agent),
    )
    return cursor.fetchone() is not None


def states_of(cursor: Cursor, agent: str, begin: datetime, end: datetime) -> list[AgentState]:
    """Return the agent's states from the one that holds at ``begin`` until ``end``."""
    cursor.execute(
        """SELECT state, reason, began_at FROM agent_state_history
           WHERE agent = %(agent)s AND began_at < %(end)s
             AND began_at >= coalesce((SELECT max(began_at) FROM agent_state_history
                                       WHERE agent = %(agent)s AND began_at <= %(begin)s),
                                      %(begin)s)
           ORDER BY began_at, history_id""",
        {"agent": agent, "begin": begin, "end": end},
    )
    return [AgentState(*row) for row in cursor.fetchall()]
