"""A long line must not make the decision slow."""

import time

from ari_app.acd.line import Line
from ari_app.acd.match import match
from tests.acd.people import NOW, agent, caller


def seconds(callers: int, free: int) -> float:
    """The best of some decisions with so many callers, 20 clients and 300 agents."""
    line = Line(caller(str(n), n % 170, client=f"client{n % 20}") for n in range(callers))
    levels = {f"client{n}": 1 for n in range(20)}
    team = [
        agent(f"agent{n}", levels=levels, state="ready" if n < free else "talking")
        for n in range(300)
    ]
    best = float("inf")
    for _ in range(30):
        began = time.perf_counter()
        made = match(line, team, NOW, limit=32)
        best = min(best, time.perf_counter() - began)
        assert len(made) == min(free, 32)
    return best


def test_a_decision_takes_no_longer_when_a_hundred_times_as_many_wait() -> None:
    for free in (0, 1, 300):
        assert seconds(20_000, free) < 3 * seconds(200, free) + 20e-6


def test_a_decision_with_a_thousand_waiting_is_made_within_a_millisecond() -> None:
    """On a quiet machine it takes 5, 30 and 180 microseconds; the bound leaves room."""
    for free in (0, 1, 300):
        assert seconds(1_000, free) < 0.001
