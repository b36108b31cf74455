"""A walk through a flow in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from ari_app.flow.engine import Flow
from ari_app.flow.simulate import HELP, walk
from tests.flow.story import CALLER, START

DEFINITION = json.loads((Path(__file__).parent / "definitions" / "1.json").read_text())
FLOW = Flow.load(
    {
        "client": "anu-clinic",
        "flow": "main",
        "definition": DEFINITION,
        "calendars": {"main": {"weekly": {"mon": ["09:00-18:00"]}}},
        "timezone": "Asia/Ulaanbaatar",
    }
)


def walked(*lines: str, now: float = START) -> tuple[str | None, list[str]]:
    told: list[str] = []
    outcome = walk(FLOW, lines, told.append, caller_number=CALLER, now=now)
    return outcome, told


def test_the_caller_reaches_an_agent_and_answers_the_survey() -> None:
    outcome, told = walked(
        "", "1", "agent bold answers", "wait 30", "agent bold hangs up", "5", "", ""
    )
    assert outcome == "answered"
    assert "  the phone of agent bold rings" in told
    assert "  they talk" in told
    assert "  service: 5" in told
    assert told[-2].startswith("outcome: answered")


def test_time_passes_with_all_that_falls_due() -> None:
    outcome, told = walked("wait 3", "wait 40", "wait 400", "speak 12", "wait 20")
    assert outcome == "message"
    assert "menu → max_tries" in told
    assert any(line.startswith("  leaves the queue reception after 300.0 s") for line in told)
    assert "  a message of 12.0 s is kept" in told


def test_the_caller_asks_for_a_call_back_after_two_agents_failed() -> None:
    outcome, told = walked(
        "", "1", "agent bold is busy", "agent saraa does not answer", "*", "", "1", "hang up"
    )
    assert outcome == "callback"
    assert f"  a call back is booked to {CALLER} (key)" in told


def test_after_hours_the_caller_leaves_a_message() -> None:
    outcome, told = walked("", "", "speak 9", "", "", now=START + 12 * 3600)
    assert outcome == "message"
    assert "hours → closed" in told


def test_a_line_that_says_nothing_is_answered_with_help() -> None:
    _, told = walked("dance", "agent bold answers", "agent bold dances", "number answers")
    assert told.count(HELP) == 1
    assert "  (bold does not ring and does not talk)" in told
    assert "  (the number does not ring and does not talk)" in told


def test_the_controller_crashes_the_queue_fills_up_and_asterisk_dies() -> None:
    outcome, told = walked("", "1", "resume", "queue is full", "cut")
    assert outcome == "cut"
    assert "reception → full" in told
