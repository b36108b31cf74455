"""Starting, watching and stopping, with small programs in place of the real ones."""

import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.places import Places
from ari_app.standalone.leftovers import end_leftovers
from ari_app.standalone.service import Service
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.status import ProcessStatus, Status, lock_file, state_file, status
from ari_app.standalone.templates import render_folder
from ari_app.standalone.watched import Watched

SLEEPER = "import time; print('here', flush=True); time.sleep(60)"


def a_service(program: str, is_ready: Callable[[], bool] = lambda: True, **more: float) -> Service:
    return Service("sleeper", [sys.executable, "-c", program], is_ready, **more)  # type: ignore[arg-type]


class Told(list[ProcessStatus]):
    async def until(self, health: str, restarts: int = 0) -> ProcessStatus:
        async with asyncio.timeout(10):
            while (self[-1].health, self[-1].restarts) != (health, restarts):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return self[-1]


def lives(pid: int) -> bool:
    """A zombie that nobody has waited for yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def test_a_process_that_dies_is_started_again_and_then_stopped(tmp_path: Path) -> None:
    told = Told()
    watched = Watched(a_service(SLEEPER), tmp_path / "log", told.append)
    await watched.start()
    keeper = asyncio.create_task(watched.keep())
    first = told[-1].pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    second = (await told.until("ready", restarts=1)).pid
    assert second is not None
    assert second != first
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    await watched.stop()
    assert not lives(second)
    assert told[-1].health == "stopped"


async def test_a_process_that_hangs_is_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ari_app.standalone.watched._LOOK_SECONDS", 0.01)
    told = Told()
    hung: list[int] = []
    service = replace(a_service(SLEEPER), works=lambda: told[-1].pid not in hung)
    watched = Watched(service, tmp_path / "log", told.append)
    await watched.start()
    keeper = asyncio.create_task(watched.keep())
    first = told[-1].pid
    assert first is not None
    await asyncio.sleep(0.2)
    assert told[-1].pid == first, "one that works is left alone"
    os.kill(first, signal.SIGSTOP)
    hung.append(first)
    second = (await told.until("ready", restarts=1)).pid
    assert second != first
    assert not lives(first)
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    await watched.stop()


async def test_a_process_that_cannot_start_says_why_in_its_last_words(tmp_path: Path) -> None:
    service = a_service("import sys; sys.exit('the disk is full')", lambda: False)
    watched = Watched(service, tmp_path / "log", Told().append)
    with pytest.raises(ServiceError, match=r"sleeper ended with status 1 .* the disk is full"):
        await watched.start()


async def test_a_process_that_never_gets_ready_is_not_waited_for_without_end(
    tmp_path: Path,
) -> None:
    service = a_service(SLEEPER, lambda: False, ready_seconds=0.2)
    watched = Watched(service, tmp_path / "log", Told().append)
    with pytest.raises(ServiceError, match=r"sleeper is not ready after 0\.2 s"):
        await watched.start()
    await watched.stop()


async def test_a_process_that_will_not_stop_is_killed_with_all_that_it_started(
    tmp_path: Path,
) -> None:
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
        f"open({str(tmp_path / 'ready')!r}, 'w').close()\n"
        "time.sleep(60)\n"
    )
    service = a_service(stubborn, (tmp_path / "ready").exists, stop_seconds=0.2)
    watched = Watched(service, tmp_path / "log", Told().append)
    await watched.start()
    child = int((tmp_path / "child").read_text())
    await watched.stop()
    await asyncio.sleep(0.1)
    assert not lives(child)


def test_after_a_supervisor_was_killed_the_status_says_that_nothing_runs(tmp_path: Path) -> None:
    places = Places(home=tmp_path)
    places.run.mkdir()
    running = Status(str(tmp_path), "running", 1, 1.0, processes=(ProcessStatus("redis", "ready"),))
    running.save(state_file(places))
    with lock_file(places).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert status(places) == running
    assert status(places).phase == "stopped"
    assert [process.health for process in status(places).processes] == ["stopped"]


def test_a_supervisor_that_follows_a_killed_one_is_not_taken_for_it(tmp_path: Path) -> None:
    places = Places(home=tmp_path)
    places.run.mkdir()
    nobody = 2**22 + 1  # above the highest process number of Linux
    Status(str(tmp_path), "running", nobody, 1.0).save(state_file(places))
    with lock_file(places).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert status(places).phase == "starting"


def test_a_left_over_process_is_told_from_a_later_one_with_its_number(tmp_path: Path) -> None:
    own = ProcessStatus("redis", "ready", os.getpid(), since=1.0)  # born long before us
    began = time.monotonic()
    end_leftovers(Status(str(tmp_path), "running", processes=(own,)))
    assert time.monotonic() - began < 1


def test_a_value_that_would_break_a_configuration_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.conf").write_text("directory = @home@\n")
    render_folder([tmp_path / "in"], tmp_path / "out", {"home": "/srv/d u"})
    assert (tmp_path / "out/x.conf").read_text() == "directory = /srv/d u\n"
    assert (tmp_path / "out/x.conf").stat().st_mode & 0o777 == 0o600
    for home in ("/srv/a,b", "/srv/a;b", "/srv/${SHELL(id)}", "/srv/a\nb"):
        with pytest.raises(ServiceError, match=r"cannot stand in x\.conf"):
            render_folder([tmp_path / "in"], tmp_path / "out", {"home": home})
    with pytest.raises(ServiceError, match="asks for @home@"):
        render_folder([tmp_path / "in"], tmp_path / "out", {})


@pytest.mark.parametrize("content", ["", "{", "[]", '{"home": "x"}', '{"processes": [1]}'])
def test_a_status_file_damaged_by_a_power_cut_is_as_none(tmp_path: Path, content: str) -> None:
    places = Places(home=tmp_path)
    places.run.mkdir()
    state_file(places).write_text(content)
    assert status(places).phase == "stopped"
