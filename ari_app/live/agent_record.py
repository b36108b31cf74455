"""The part of an agent that is shared: to and from the fields of a Redis hash.

Who the agent is (levels, ready on register) comes from the snapshot and stays with each controller.
"""

import json
from collections.abc import Mapping

from msgspec.structs import replace

from ari_app.acd.agents import STATES, AgentView


def fields(agent: AgentView) -> dict[str, str]:
    """Return the hash's fields; an absent call or deadline is the empty text."""
    return {
        "state": agent.state,
        "since": repr(agent.since),
        "registered": "1" if agent.registered else "0",
        "reason": agent.reason,
        "call": agent.call or "",
        "owner": agent.owner,
        "until": "" if agent.until is None else repr(agent.until),
        "idle_since": repr(agent.idle_since),
        "rung_at": repr(agent.rung_at),
        "rests_until": repr(agent.rests_until),
        "missed_rings": str(agent.missed_rings),
        "calls_today": str(agent.calls_today),
        "day": agent.day,
        "version": str(agent.version),
    }


def read(known: AgentView, record: Mapping[str, str]) -> AgentView:
    """Return the known agent in the state of the record.

    A record that cannot be read (written by hand, or by another version of the project) must not
    stop the controller: the agent stays as known, and the next change replaces the record.
    """
    try:
        if record["state"] not in STATES:
            return replace(known, version=int(record["version"]))
        return replace(
            known,
            state=record["state"],
            since=float(record["since"]),
            registered=record["registered"] == "1",
            reason=record["reason"],
            call=record["call"] or None,
            owner=record["owner"],
            until=float(record["until"]) if record["until"] else None,
            idle_since=float(record["idle_since"]),
            rung_at=float(record["rung_at"]),
            rests_until=float(record["rests_until"]),
            missed_rings=int(record["missed_rings"]),
            calls_today=int(record["calls_today"]),
            day=record["day"],
            version=int(record["version"]),
        )
    except (KeyError, ValueError):
        version = record.get("version", "")
        return replace(known, version=int(version)) if version.isdecimal() else known


def message(agent: AgentView) -> str:
    """Return what is published of a change; the store adds the sequence number in front."""
    return json.dumps({"agent": agent.slug, **fields(agent)}, ensure_ascii=False)
