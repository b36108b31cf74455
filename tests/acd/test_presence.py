"""Callers wait for agents who are at work, and for nobody else."""

from __future__ import annotations

import pytest

from ari_app.acd.presence import Presence, presence
from tests.acd.people import agent

OFFLINE = agent("gone", state="offline")
HOME = agent("home", state="paused", reason="off_duty")
NOT_YET = agent("early", state="paused", reason="not_ready")
MISSING = agent("missing", state="paused", reason="missed_calls")
LUNCH = agent("lunch", state="paused", reason="lunch")
BUSY = agent("busy", state="talking")


@pytest.mark.parametrize(
    ("agents", "found"),
    [
        ([], Presence.NOBODY),
        ([OFFLINE, HOME, NOT_YET, MISSING], Presence.NOBODY),
        ([HOME, LUNCH], Presence.ON_BREAK),
        ([LUNCH, BUSY], Presence.HERE),
        ([agent("elsewhere", levels={"another": 5})], Presence.NOBODY),
    ],
)
def test_who_is_there(agents: list, found: Presence) -> None:  # type: ignore[type-arg]
    assert presence(agents, "clinic") is found
