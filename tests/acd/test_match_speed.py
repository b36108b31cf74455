"""A long line must not make the decision long. Lines of code are counted, never seconds."""

import sys
from types import FrameType
from typing import Any

from ari_app.acd.line import Line
from ari_app.acd.match import match
from tests.acd.people import NOW, agent, caller


def steps(callers: int, free: int) -> int:
    """How many lines run to decide with so many callers, 20 clients and 300 agents."""
    line = Line(caller(str(n), n % 170, client=f"client{n % 20}") for n in range(callers))
    levels = {f"client{n}": 1 for n in range(20)}
    team = [
        agent(f"agent{n}", levels=levels, state="ready" if n < free else "talking")
        for n in range(300)
    ]
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        made = match(line, team, NOW, limit=32)
    finally:
        sys.settrace(before)
    assert len(made) == min(free, 32)
    return count


def test_a_decision_takes_no_longer_when_a_hundred_times_as_many_wait() -> None:
    for free in (0, 1, 300):
        assert steps(20_000, free) < 1.2 * steps(200, free)


def test_the_bound_holds_because_something_is_counted() -> None:
    assert steps(200, 300) > steps(200, 1) > 100
