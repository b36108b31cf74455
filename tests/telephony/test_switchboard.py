"""A call takes its turns: decided, saved, then done, and one after another."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ari_app.flow import events as e
from ari_app.flow.commands import Command, Play
from ari_app.flow.engine import Flow, Turn
from ari_app.flow.run import Run
from ari_app.journal.journal_error import RunTakenError
from ari_app.telephony.call import Call
from ari_app.telephony.pulse import Pulse
from ari_app.telephony.switchboard import Switchboard

CALL = "019aaaac-260c-7c04-8a76-f16789710443"
BUNDLE: dict[str, Any] = {
    "client": "anu-clinic",
    "flow": "main",
    "revision": 1,
    "definition": {
        "spec_version": 1,
        "name": "Greeting and goodbye",
        "language": "mn",
        "start": "welcome",
        "nodes": {
            "welcome": {"type": "greeting", "prompt": "welcome", "exits": {"done": "end"}},
            "end": {"type": "hangup", "exits": {}},
        },
    },
    "subflows": {},
    "calendars": {},
    "timezone": "Asia/Ulaanbaatar",
    "language": "mn",
    "short_abandon_seconds": 5,
    "fallback_queue": None,
    "record": True,
}


class Notebook:
    """Saves and does nothing but write down, in one list, what came when."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.commands: list[Command] = []
        self.broken = False
        self.taken = False

    def save(self, call: Call, turn: Turn) -> None:
        if self.taken:
            raise RunTakenError("the fallback has the run")
        self.lines.append("saved")

    def do(self, call: Call, command: Command) -> None:
        if self.broken:
            raise RuntimeError("a fault of ours")
        self.lines.append(type(command).__name__)
        self.commands.append(command)

    def fill(self, call: Call) -> None:
        self.filled = call.run

    def let_go(self, call: Call) -> None:
        self.lines.append("let go")

    def leave(self, call: Call) -> None:
        self.lines.append("left")

    def give_back(self, call: Call) -> None:
        self.lines.append("given back")


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def switchboard(notebook: Notebook) -> Switchboard:
    return Switchboard(notebook, notebook, lambda: 1000.0, Pulse())


@pytest.fixture
def call(switchboard: Switchboard) -> Call:
    run = Run(
        call=CALL,
        client="anu-clinic",
        number="+97670110001",
        flow="main",
        revision=1,
        language="mn",
        started_at=1000.0,
    )
    call = Call(CALL, "duudlaga-1.1", "anu-clinic", Flow.load(BUNDLE), run, "sha")
    switchboard.add(call)
    return call


def playing(notebook: Notebook) -> str:
    return next(each.id for each in notebook.commands if isinstance(each, Play))


async def test_the_turn_is_on_record_before_the_caller_hears_anything(
    switchboard: Switchboard, notebook: Notebook, call: Call
) -> None:
    switchboard.post(call, e.CallOffered("+97699112233"))
    assert notebook.lines == ["saved", "Answer", "Play"]
    switchboard.close()


async def test_the_call_is_let_go_of_when_its_flow_has_come_to_the_end(
    switchboard: Switchboard, notebook: Notebook, call: Call
) -> None:
    switchboard.post(call, e.CallOffered("+97699112233"))
    switchboard.post(call, e.PlayFinished(playing(notebook)))
    assert notebook.lines[-3:] == ["saved", "HangUp", "let go"]
    assert len(switchboard) == 0
    assert call.run.outcome == "self_served"
    switchboard.close()


async def test_news_of_an_older_prompt_are_not_even_written_down(
    switchboard: Switchboard, notebook: Notebook, call: Call
) -> None:
    switchboard.post(call, e.CallOffered("+97699112233"))
    before = list(notebook.lines)
    switchboard.post(call, e.PlayFinished(f"{CALL}-0-9"))
    assert notebook.lines == before
    switchboard.close()


async def test_a_fault_of_ours_sends_the_caller_back_to_the_dialplan(
    switchboard: Switchboard, notebook: Notebook, call: Call
) -> None:
    notebook.broken = True
    switchboard.post(call, e.CallOffered("+97699112233"))
    assert notebook.lines[-1] == "given back"
    assert switchboard.get(CALL) is None
    switchboard.close()


async def test_nothing_is_done_for_a_caller_whom_the_fallback_has_by_now(
    switchboard: Switchboard, notebook: Notebook, call: Call
) -> None:
    notebook.taken = True
    switchboard.post(call, e.CallOffered("+97699112233"))
    assert notebook.lines == ["left"]
    assert switchboard.get(CALL) is None


async def test_while_the_connection_is_away_events_wait_and_nothing_is_lost(
    switchboard: Switchboard, notebook: Notebook, call: Call
) -> None:
    switchboard.post(call, e.CallOffered("+97699112233"))
    switchboard.pause()
    switchboard.post(call, e.PlayFinished(playing(notebook)))
    switchboard.post(call, e.CallerHungUp())
    assert notebook.lines == ["saved", "Answer", "Play"]
    switchboard.resume()
    assert call.run.outcome == "self_served"
    switchboard.close()


async def test_a_controller_that_was_stopped_looks_before_it_acts(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse = Pulse()
    switchboard = Switchboard(notebook, notebook, lambda: 1000.0, pulse)
    looked: list[str] = []
    switchboard.on_stand_still = lambda: looked.append("looked")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 10)
    assert not switchboard.may_act()
    assert not switchboard.may_act()
    assert looked == ["looked"]
    switchboard.resume()
    assert switchboard.may_act()
