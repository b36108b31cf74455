"""Parts of the controller by themselves: a turn, a commit, a decision. Medians of many."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from ari_app.acd.agents import READY, TALKING, AgentView
from ari_app.acd.line import Line
from ari_app.acd.match import match
from ari_app.acd.waiting import Waiting
from ari_app.flow import events as e
from ari_app.flow.commands import to_json
from ari_app.flow.engine import Flow, Turn, advance
from ari_app.flow.run import Run, run_to_json
from ari_app.journal.store import Journal
from ari_app.journal.turn import SavedTurn
from tests.bench.clients import documents
from tests.bench.figure import Figure

NOW = 1_770_000_000.0
CALLS = 1_000
COMMITS = 3_000
DECISIONS = 300


def measure() -> list[Figure]:
    """All figures of this kind."""
    turns, last = _turns()
    return [
        Figure("a turn of a flow", median(turns), "µs", 30.0, note=f"{len(turns)} turns"),
        Figure("a commit to the journal", median(_commits(last)), "µs", 100.0,
               note=f"{COMMITS} commits of a run with its entries"),
        Figure("a decision, 1,000 waiting, 300 agents", median(_decisions(free=1)), "µs", 200.0,
               note="one agent is free"),
        Figure("a decision, all 300 agents free", median(_decisions(free=300)), "µs",
               note="300 assignments"),
    ]  # fmt: skip


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Microseconds, and what came of it."""
    start = time.perf_counter_ns()
    result = work()
    return (time.perf_counter_ns() - start) / 1000, result


def _turns() -> tuple[list[float], Turn]:
    """The journey of the bench, turn by turn, for many calls."""
    flow = _flow()
    times: list[float] = []
    turn = Turn(flow.start("call", "1", NOW), (), ())
    for number in range(CALLS):
        run = flow.start(f"call-{number}", "1", NOW)
        for step, event in enumerate(_story):
            spent, turn = _timed(partial(advance, flow, run, event(run), NOW + 10.0 * step))
            times.append(spent)
            run = turn.run
        if run.outcome != "answered":
            raise RuntimeError(f"the journey ended as {run.outcome!r}: the figures mean nothing")
    return times, turn


def _leg(run: Run) -> str:
    return next(iter(run.legs))


_story: tuple[Callable[[Run], e.Event], ...] = (
    lambda _run: e.CallOffered("+97699112233", "97699112233", "Bat"),
    lambda run: e.PlayFinished(run.playing or ""),
    lambda _run: e.DtmfReceived("1"),
    lambda _run: e.QueueJoined("desk", 1, 5),
    lambda _run: e.AgentsReserved("desk", ("bold",), 20.0),
    lambda run: e.LegAnswered(_leg(run)),
    lambda run: e.LegHungUp(_leg(run)),
)


def _flow() -> Flow:
    client = documents()["bench"]
    return Flow.load(
        {
            "client": "bench",
            "flow": "journey",
            "revision": 1,
            "definition": client["flows"]["journey"],
            "subflows": {},
            "calendars": {},
            "timezone": "Asia/Ulaanbaatar",
            "language": "mn",
            "short_abandon_seconds": 5,
            "fallback_queue": "desk",
            "record": True,
        }
    )


def _commits(turn: Turn) -> list[float]:
    state = run_to_json(turn.run)
    commands = [to_json(command) for command in turn.commands]
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Journal(Path(folder) / "journal.db") as journal,
    ):
        return [
            _timed(partial(journal.commit, _saved(number, state, commands, turn)))[0]
            for number in range(COMMITS)
        ]


def _saved(
    number: int, state: dict[str, Any], commands: list[dict[str, Any]], turn: Turn
) -> SavedTurn:
    return SavedTurn(
        call=f"call-{number // 7}",  # so many turns has a call
        client="bench",
        channel=f"duudlaga-1.{number}",
        linked_id=f"duudlaga-1.{number}",
        flow="journey",
        revision=1,
        bundle="sha",
        turn=number,
        state=state,
        commands=commands,
        entries=turn.entries[:2],
        at=NOW,
    )


def _decisions(free: int) -> list[float]:
    chance = random.Random(1)  # noqa: S311 - the same crowd every time, nothing to do with secrets
    clients = [f"client-{number}" for number in range(20)]
    line = Line(
        Waiting(
            call=f"call-{number}",
            client=chance.choice(clients),
            queue=chance.choice(("sales", "support")),
            since=NOW - chance.uniform(0, 300),
            weight=chance.choice((1.0, 2.0)),
        )
        for number in range(1000)
    )
    agents = [
        AgentView(
            f"agent-{number}",
            levels={client: chance.randint(1, 5) for client in chance.sample(clients, 5)},
            state=READY if number < free else TALKING,
            idle_since=NOW - chance.uniform(0, 600),
        )
        for number in range(300)
    ]
    times = []
    for _ in range(DECISIONS):
        spent, made = _timed(partial(match, line, agents, NOW))
        if not made:
            raise RuntimeError("nobody was matched: the figures mean nothing")
        times.append(spent)
    return times
