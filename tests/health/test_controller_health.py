"""What the controller says of itself, also while its event loop hangs."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest

from ari_app.flow.engine import Flow
from ari_app.flow.events import CallerHungUp, CallOffered
from ari_app.flow.run import Leg
from ari_app.health.controller import ControllerHealth, state_of
from ari_app.health.loop_lag import LoopLag
from ari_app.health.turns import CountedTurns
from ari_app.journal.journal_error import RunTakenError
from ari_app.telephony.adoption import Recovered
from ari_app.telephony.call import Call
from ari_app.telephony.pulse import Pulse
from ari_app.telephony.switchboard import Switchboard
from tests.telephony.test_switchboard import BUNDLE, CALL, Notebook


def a_call(number: int = 0) -> Call:
    flow = Flow.load(BUNDLE)
    name = f"{CALL[:-1]}{number}"
    run = flow.start(name, "+97670110001", 1000.0)
    return Call(name, f"duudlaga-1.{number}", "anu-clinic", flow, run, "sha")


OFFERED = CallOffered("+97699112233", "99112233", "", known=False, vip=False, blocked=False)


class Ari:
    def __init__(self) -> None:
        self.connected = True
        self.counts = Counter({"events": 3})
        self.lost: Callable[[str], None] | None = None

    def on_disconnect(self, listener: Callable[[str], None]) -> None:
        self.lost = listener


@pytest.fixture
def parts() -> Any:
    turns = CountedTurns(Notebook())
    hands = Notebook()
    return SimpleNamespace(
        ari=Ari(),
        ami=SimpleNamespace(connected=True),
        board=SimpleNamespace(degraded=False),
        runs=SimpleNamespace(unsaved=0),
        turns=turns,
        switchboard=Switchboard(turns, hands, lambda: 1000.0, Pulse()),
        leases=SimpleNamespace(renewed=5, failed=1),
        adoption=SimpleNamespace(last=Recovered(3, 0.02)),
        plays=SimpleNamespace(repeated=0),
    )


@asynccontextmanager
async def looking(parts: Any) -> AsyncIterator[ControllerHealth]:
    health = ControllerHealth(parts)
    work = asyncio.create_task(health.run())
    await asyncio.sleep(0)
    try:
        yield health
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def test_calls_are_counted_by_where_they_are_and_by_their_outcome(parts: Any) -> None:
    board = parts.switchboard
    calls = [a_call(number) for number in range(3)]
    for call in calls:
        board.add(call)
        board.post(call, OFFERED)
    board.post(calls[0], CallerHungUp())
    async with looking(parts) as health:
        report = health.report()
    assert report.figure("live_calls") == {"greeting": 2, "queue": 0, "ringing": 0, "talking": 0}
    assert report.figure("calls_offered") == 3
    assert report.figure("calls_ended")["abandoned"] == 1
    assert report.figure("calls_ended")["answered"] == 0
    assert report.figure("turns") == 4
    assert (report.figure("recovery_calls"), report.figure("leases_failed")) == (3, 1)
    assert report.state == "ok"


def test_a_turn_that_was_anothers_does_not_count() -> None:
    notebook = Notebook()
    notebook.taken = True
    turns = CountedTurns(notebook)
    board = Switchboard(turns, Notebook(), lambda: 1000.0, Pulse())
    call = a_call()
    board.add(call)
    board.post(call, OFFERED)
    assert (turns.turns, turns.offered) == (0, 0)
    with pytest.raises(RunTakenError):
        notebook.save(call, None)  # type: ignore[arg-type]


def test_a_call_is_where_its_caller_would_say_it_is() -> None:
    call = a_call()
    assert state_of(call) == "arriving"
    call.run.queue = "reception"
    assert state_of(call) == "queue"
    call.run.legs["x"] = Leg("x", "ringing", agent="bold")
    assert state_of(call) == "ringing"
    call.run.legs["x"] = Leg("x", "talking", agent="bold")
    assert state_of(call) == "talking"


async def test_every_connection_that_is_gone_is_named_with_its_reason(parts: Any) -> None:
    health = ControllerHealth(parts)
    parts.ari.connected = parts.ami.connected = False
    parts.ari.lost("Asterisk closed the socket")
    parts.board.degraded = True
    parts.runs.unsaved = 4
    work = asyncio.create_task(health.run())
    await asyncio.sleep(0)
    report = health.report()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    down = {each.name: each.reason for each in report.dependencies if each.state == "down"}
    assert down.keys() == {"ari", "ami", "redis", "journal"}
    assert down["ari"] == "Asterisk closed the socket"
    assert "4 turns" in down["journal"]
    assert report.state == "down"


async def test_without_redis_alone_it_is_only_degraded(parts: Any) -> None:
    parts.board.degraded = True
    async with looking(parts) as health:
        assert health.report().state == "degraded"


def test_before_it_is_connected_it_is_down(parts: Any) -> None:
    assert ControllerHealth(parts).report().state == "down"


async def test_a_fault_in_counting_leaves_the_last_look_and_goes_on(parts: Any) -> None:
    async with looking(parts) as health:
        parts.switchboard = None
        await asyncio.sleep(1.1)
        assert health.report().state == "ok"


async def test_a_loop_that_was_held_for_more_than_50_ms_is_an_alarm(parts: Any) -> None:
    async with looking(parts) as health:
        await asyncio.sleep(0.1)
        time.sleep(0.15)  # noqa: ASYNC251 - this is the fault
        await asyncio.sleep(1.1)
        report = health.report()
    assert 0.09 < report.figure("event_loop_lag_seconds") < 0.4
    (loop,) = [each for each in report.dependencies if each.name == "event_loop"]
    assert loop.state == "degraded"
    assert "late" in loop.reason


async def test_a_loop_that_hangs_is_reported_from_outside_of_it(
    parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ari_app.health.loop_lag.STILL_SECONDS", 0.2)
    async with looking(parts) as health:
        time.sleep(0.3)  # noqa: ASYNC251 - this is the fault, and this thread asks meanwhile
        report = health.report()
        assert report.state == "down"
        assert report.dependencies[0].name == "event_loop"
        await asyncio.sleep(0.1)
        assert health.report().state != "down", "it turns again"


async def test_the_worst_of_a_minute_is_forgotten_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lag = LoopLag()
    lag._worst_of_each_second.extend([0.0, 0.7])
    assert lag.worst_seconds == 0.7
    lag._worst_of_each_second.extend([0.001] * 60)
    assert lag.worst_seconds == 0.001
