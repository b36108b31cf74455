"""No test and no lock can make anybody wait for ever."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ari_app.patient_lock import lock_within
from ari_app.places import REPOSITORY
from tests.conftest import REAL_SECONDS

_WAITS = """
import fcntl, os

def test_that_waits_for_a_lock():
    mine, theirs = (os.open("{lock}", os.O_RDWR | os.O_CREAT) for _ in range(2))
    fcntl.flock(theirs, fcntl.LOCK_EX)
    fcntl.flock(mine, fcntl.LOCK_EX)

def test_that_comes_after_it():
    assert True
"""


def test_a_test_that_waits_for_ever_is_ended_and_the_next_one_runs(tmp_path: Path) -> None:
    waiting = tmp_path / "test_waiting.py"
    waiting.write_text(_WAITS.format(lock=tmp_path / "lock"), encoding="utf-8")
    began = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *("-c", REPOSITORY / "pyproject.toml", "-o", "timeout=1", waiting),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=40,
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "Timeout (>1.0s)" in done.stdout
    assert time.monotonic() - began < 40


def test_every_test_has_a_limit(request: pytest.FixtureRequest) -> None:
    assert float(request.config.getini("timeout")) == 60
    for item in request.session.items:
        limit = item.get_closest_marker("timeout")
        if item.get_closest_marker("real"):
            assert limit, item.nodeid
        if limit:
            assert 0 < limit.args[0] <= 10 * REAL_SECONDS, item.nodeid


def test_a_lock_that_another_holds_is_not_waited_for_without_end(tmp_path: Path) -> None:
    mine, theirs = (os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2))
    try:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        assert not lock_within(mine, 0.3)
        fcntl.flock(theirs, fcntl.LOCK_UN)
        assert lock_within(mine, 0.3)
    finally:
        os.close(mine)
        os.close(theirs)
