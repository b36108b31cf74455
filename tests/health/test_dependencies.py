"""Since when something is so."""

from __future__ import annotations

from ari_app.health.dependency import Dependencies
from ari_app.health.report import Report


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_state_that_stays_keeps_its_time_and_a_new_one_gets_a_new_time() -> None:
    clock = Clock()
    known = Dependencies(clock)
    known.note("redis", "up")
    clock.now = 110.0
    known.note("redis", "up")
    assert known.all()[0].since == 100.0
    known.note("redis", "down", "refused")
    clock.now = 120.0
    known.note("redis", "down", "timed out")
    (redis,) = known.all()
    assert (redis.state, redis.since, redis.reason) == ("down", 110.0, "timed out")


def test_what_is_told_does_not_change_afterwards() -> None:
    known = Dependencies()
    known.note("ari", "up", vital=True)
    report = Report("controller", 0.0, known.all())
    known.note("ari", "down", "gone", vital=True)
    assert report.state == "ok"
    assert Report("controller", 0.0, known.all()).state == "down"
