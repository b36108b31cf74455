"""Everything is started, watched over and stopped: with the real programs."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.standalone.house import House

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House() as running:
        yield running


def until(happened: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def health(house: House, name: str) -> tuple[str, int]:
    return next((p.health, p.restarts) for p in house.status().processes if p.name == name)


def test_a_service_that_is_killed_is_started_again(house: House) -> None:
    for name in ("redis", "asterisk", "postgres"):
        before = health(house, name)[1]
        os.kill(house.pid(name), signal.SIGKILL)
        until(lambda name=name, before=before: health(house, name) == ("ready", before + 1))  # type: ignore[misc]


def test_the_databases_are_not_reached_over_the_network(house: House) -> None:
    assert house.settings.redis_socket.stat().st_mode & 0o777 == 0o700
    assert (house.home / "run/.s.PGSQL.5432").stat().st_mode & 0o777 == 0o700


def test_nobody_runs_as_root(house: House) -> None:
    for name in ("redis", "asterisk", "postgres", "outside"):
        with open(f"/proc/{house.pid(name)}/status") as file:  # noqa: PTH123 - not a real file
            uids = next(line.split()[1:] for line in file if line.startswith("Uid:"))
        assert "0" not in uids, name


def test_a_second_start_in_the_same_home_gets_a_sentence(house: House) -> None:
    second = house.spawn()
    words, _ = second.communicate(timeout=20)
    assert second.returncode == 1
    assert f"Duudlaga runs already in {house.home}" in words


def test_a_second_copy_runs_beside_the_first(house: House) -> None:
    with House() as other:
        assert other.settings.sip_port != house.settings.sip_port
        assert {line.health for line in other.status().processes} == {"ready"}
    assert {line.health for line in house.status().processes} == {"ready"}


def test_nothing_is_left_after_stopping_and_the_next_start_is_quick() -> None:
    with House() as house:
        house.stop()
        assert house.living() == []
        assert house.status().phase == "stopped"
        began = time.monotonic()
        house.start()
        assert time.monotonic() - began < 15


def test_nothing_is_left_when_the_supervisor_is_killed() -> None:
    with House() as house:
        assert house.supervisor is not None
        house.supervisor.kill()
        house.supervisor.communicate()
        until(lambda: house.living() == [])
        assert house.status().phase == "stopped"
        house.start()
        assert house.status().phase == "running"
