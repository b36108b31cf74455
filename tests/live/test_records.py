"""What is stored of an agent, and what a strange record does."""

import pytest

from ari_app.acd.agents import READY, AgentEvent, AgentView, step
from ari_app.live.agent_record import fields, read
from ari_app.live.replay import replay

KNOWN = AgentView(
    "bold", {"clinic": 3}, state="ringing", since=1.5, registered=True, reason="lunch", call="call",
    owner="here", until=9.25, idle_since=1763800000.123456, rung_at=2.0, missed_rings=1,
    calls_today=4, day="2026-11-22", version=7,
)  # fmt: skip


@pytest.mark.parametrize("agent", [KNOWN, AgentView("bold", {"clinic": 3})])
def test_an_agent_survives_storage_whole(agent: AgentView) -> None:
    assert read(AgentView("bold", {"clinic": 3}), fields(agent)) == agent


@pytest.mark.parametrize(
    "damage", [{"state": "dancing"}, {"since": "yesterday"}, {"until": "never"}]
)
def test_a_record_nobody_can_read_leaves_the_agent_as_known(damage: dict[str, str]) -> None:
    record = {**fields(KNOWN), **damage, "version": "12"}
    agent = read(KNOWN, record)
    assert (agent.state, agent.call, agent.version) == ("ringing", "call", 12)
    assert read(KNOWN, {"version": "much"}) == KNOWN


def test_what_happened_here_follows_what_others_wrote() -> None:
    theirs = AgentView("bold", state=READY, registered=True, version=9)
    events = [
        (AgentEvent("reserve", "call", owner="here", seconds=10), 1.0),
        (AgentEvent("answer", "call", owner="here"), 2.0),
    ]
    agent = replay(theirs, events)
    assert (agent.state, agent.call, agent.since) == ("talking", "call", 2.0)


def test_an_agent_whom_another_controller_holds_stays_with_its_call() -> None:
    held = step(AgentView("bold", state=READY), AgentEvent("answer", "theirs", owner="there"), 1.0)
    assert held is not None
    events = [
        (AgentEvent("reserve", "ours", owner="here", seconds=10), 2.0),
        (AgentEvent("release", "ours", result="cancelled"), 3.0),
    ]
    assert replay(held, events) == held
