"""The program that Asterisk starts: it can be started, speaks soon, and says why it cannot."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from ari_app.places import Places
from ari_app.standalone import fallback_script
from ari_app.standalone.fallback_script import launcher, write_launcher
from tests.fallback.small_home import make_home

ENVIRONMENT = "agi_uniqueid: duudlaga-1770000000.7\nagi_callerid: 99112233\n\n"
FIRST_WORDS_SECONDS = 1.0
"""Of work, not of waiting for a busy machine: 0.1 on an idle one."""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    make_home(tmp_path)
    (tmp_path / "log").mkdir()
    return Places.load(home=tmp_path)


def test_started_as_asterisk_starts_it_the_script_soon_answers_and_greets(places: Places) -> None:
    assert write_launcher(places)
    replies = ["200 result=1", "200 result=1 (97670110001)", "200 result=0", "200 result=1"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(
        [launcher(places)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as script:
        assert script.stdin is not None
        assert script.stdout is not None
        script.stdin.write(ENVIRONMENT)
        said = []
        for reply in replies:
            said.append(script.stdout.readline().split()[0])
            script.stdin.write(f"{reply}\n")
        said.append(script.stdout.readline())
        script.stdin.close()
        assert script.wait(10) == 0
    assert said[:4] == ["SET", "GET", "ANSWER", "SET"]
    assert said[4].startswith(f'STREAM FILE "{places.home}/prompts/clients/anu-clinic/en/welcome"')
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert worked < FIRST_WORDS_SECONDS


def test_a_python_that_asterisk_may_not_start_is_left_for_the_machines_own(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    monkeypatch.setattr(fallback_script, "_MACHINES_OWN", "/nowhere/python3")
    assert not write_launcher(places)
    assert launcher(places).exists(), "Asterisk finds it, and the dialplan's last step follows"
