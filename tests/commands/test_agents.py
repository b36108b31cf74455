"""Agents are listed from the published configuration, with what Redis knows of them."""

from ari_app.acd.agents import AgentView
from ari_app.commands.agents import agent_row

_BOLD = {"name": "Болд", "clients": {"anu-clinic": 5}}


def test_an_agent_has_the_documented_fields() -> None:
    view = AgentView("bold", state="paused", since=1763800000.0, registered=True, reason="lunch")
    assert agent_row("bold", _BOLD, view) == {
        "agent": "bold",
        "name": "Болд",
        "state": "paused",
        "since": "2025-11-22T08:26:40.000Z",
        "reason": "lunch",
        "phone": "reachable",
        "simulated": False,
        "clients": {"anu-clinic": 5},
    }


def test_an_agent_whom_nobody_has_seen_is_offline() -> None:
    row = agent_row("bold", _BOLD, AgentView("bold"))
    assert (row["state"], row["since"], row["phone"]) == ("offline", None, "unreachable")


def test_without_redis_nobody_knows_the_state() -> None:
    row = agent_row("bold", _BOLD, None)
    assert row["name"] == "Болд"
    assert row["state"] is row["since"] is row["reason"] is row["phone"] is None
