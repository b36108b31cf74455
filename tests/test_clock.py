"""The machine's clock jumps, and no caller notices."""

from __future__ import annotations

import time

import pytest

from ari_app.clock import SteadyClock


def test_a_clock_put_forward_moves_no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SteadyClock()
    before = clock()
    wall = time.time()
    monkeypatch.setattr(time, "time", lambda: wall + 3600)
    assert clock() - before < 1


def test_what_asterisk_wrote_a_second_ago_was_a_second_ago_though_its_clock_was_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SteadyClock()
    wall = time.time()
    monkeypatch.setattr(time, "time", lambda: wall - 3600)
    assert clock.of(wall - 3601) == pytest.approx(clock() - 1, abs=0.1)


def test_nothing_happened_in_the_future() -> None:
    clock = SteadyClock()
    assert clock.of(time.time() + 5) <= clock()
