"""The one rule for how a call ended."""

from __future__ import annotations

from typing import Any

import pytest

from ari_app.flow.engine import Flow
from ari_app.flow.outcome import decide


@pytest.mark.parametrize(
    ("by", "facts", "outcome"),
    [
        ("flow", {}, "self_served"),
        ("flow", {"sought": True}, "abandoned"),
        ("flow", {"sought": True, "talked": True}, "answered"),
        ("agent", {"talked": True, "message_left": "voicemail"}, "answered"),
        ("caller", {"message_left": "message", "callback_booked": True}, "message"),
        ("caller", {"callback_booked": True}, "callback"),
        ("caller", {}, "abandoned"),
        ("caller", {"waited_seconds": 4.9}, "short_abandon"),
        ("caller", {"waited_seconds": 5.0}, "abandoned"),
        ("flow", {"sought": True, "waited_seconds": 1.0}, "abandoned"),
        ("pbx", {}, "cut"),
        ("pbx", {"talked": True}, "answered"),
        ("pbx", {"message_left": "voicemail"}, "voicemail"),
    ],
)
def test_outcome(by: str, facts: dict[str, Any], outcome: str) -> None:
    run = Flow.load({}).start("call", "", 0.0)
    for name, value in facts.items():
        assert hasattr(run, name)
        setattr(run, name, value)
    assert decide(run, by, 5) == outcome


def test_a_talk_that_asterisk_broke_off_is_cut() -> None:
    run = Flow.load({}).start("call", "", 0.0)
    run.talked = True
    assert decide(run, "pbx", 5, talking=True) == "cut"


def test_short_abandons_can_be_switched_off() -> None:
    run = Flow.load({}).start("call", "", 0.0)
    run.waited_seconds = 0.0
    assert decide(run, "caller", 0) == "abandoned"
