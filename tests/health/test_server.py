"""A process is asked how it is, and answers whatever else goes wrong."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ari_app.health.asking import SilentError, ask, works
from ari_app.health.dependency import Dependency
from ari_app.health.figure import Figure
from ari_app.health.report import Report
from ari_app.health.server import HealthServer
from ari_app.health.socket_path import health_socket

UP = Dependency("ari", "up", 1000.0, vital=True)
NO_REDIS = Dependency("redis", "down", 1001.5, "it does not answer")
HUNG = Dependency("event_loop", "down", 1003.0, "it has not turned for 4.0 s", vital=True)
NO_ARI = Dependency("ari", "down", 1002.0, "Asterisk closed the socket", vital=True)


class Told:
    """A process that says what it is told to say."""

    def __init__(self) -> None:
        self.dependencies = [UP]
        self.figures = [
            Figure("live_calls", {"menu": 2, "talking": 1}, "Calls.", "state"),
            Figure("turns", 7, "Turns.", counter=True),
            Figure("calls_unlogged", None, "Not known now."),
        ]
        self.broken = False

    def report(self) -> Report:
        if self.broken:
            raise RuntimeError("a fault of ours")
        return Report("controller", 1003.0, self.dependencies, self.figures)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def door(tmp_path: Path, told: Told) -> Iterator[Path]:
    with HealthServer(health_socket(tmp_path, "controller"), told.report):
        yield tmp_path


def get(run: Path, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("localhost", timeout=2)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(health_socket(run, "controller")))
    with closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_a_process_that_reaches_everything_is_ok(door: Path) -> None:
    status, body = get(door, "/health")
    health = json.loads(body)
    assert (status, health["process"], health["state"]) == (200, "controller", "ok")
    assert health["dependencies"] == [
        {"name": "ari", "state": "up", "since": 1000.0, "reason": "", "vital": True}
    ]
    assert health["figures"]["live_calls"] == {"menu": 2, "talking": 1}


def test_without_something_less_vital_it_is_degraded_and_says_why(door: Path, told: Told) -> None:
    told.dependencies = [UP, NO_REDIS]
    report = ask(door, "controller")
    assert report.state == "degraded"
    assert report.dependencies[1] == NO_REDIS
    assert report.figure("turns") == 7


def test_without_something_vital_it_is_down_and_the_status_says_so_too(
    door: Path, told: Told
) -> None:
    told.dependencies = [NO_ARI, NO_REDIS]
    status, body = get(door, "/health")
    assert (status, json.loads(body)["state"]) == (503, "down")
    assert ask(door, "controller").state == "down"
    assert works(door, "controller"), "to start it anew would not bring Asterisk back"


def test_a_process_whose_loop_hangs_does_not_work_though_it_answers(door: Path, told: Told) -> None:
    told.dependencies = [UP, HUNG]
    assert not works(door, "controller")


def test_prometheus_reads_the_figures(door: Path, told: Told) -> None:
    told.dependencies = [UP, NO_REDIS]
    status, body = get(door, "/metrics")
    assert status == 200
    families = {each.name: each for each in text_string_to_metric_families(body.decode())}
    calls = {each.labels["state"]: each.value for each in families["duudlaga_live_calls"].samples}
    assert calls == {"menu": 2, "talking": 1}
    assert families["duudlaga_turns"].type == "counter"
    up = families["duudlaga_dependency_up"].samples
    assert {each.labels["dependency"]: each.value for each in up} == {"ari": 1, "redis": 0}
    assert "duudlaga_calls_unlogged" not in families, "what is not known is not 0"
    assert families["process_resident_memory_bytes"].samples[0].value > 1_000_000


def test_another_path_is_told_the_two_that_there_are(door: Path) -> None:
    status, body = get(door, "/")
    assert status == 404
    assert b"/metrics" in body


def test_only_the_owner_may_ask(door: Path) -> None:
    assert health_socket(door, "controller").stat().st_mode & 0o077 == 0


def test_one_who_opens_the_door_and_says_nothing_keeps_nobody_waiting(door: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dumb:
        dumb.connect(str(health_socket(door, "controller")))
        began = time.monotonic()
        assert get(door, "/health")[0] == 200
        assert time.monotonic() - began < 0.5


def test_a_fault_in_counting_spoils_one_answer_and_not_the_next(door: Path, told: Told) -> None:
    told.broken = True
    with pytest.raises(SilentError):
        ask(door, "controller")
    told.broken = False
    assert ask(door, "controller").state == "ok"


def test_a_process_that_is_not_there_is_silent(tmp_path: Path) -> None:
    with pytest.raises(SilentError, match="the controller does not answer"):
        ask(tmp_path, "controller")
    assert not works(tmp_path, "controller")


def test_a_process_that_stands_still_is_silent(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(health_socket(tmp_path, "controller")))
        hung.listen()
        with pytest.raises(SilentError, match="TimeoutError"):
            ask(tmp_path, "controller", timeout_seconds=0.2)


def test_the_socket_of_a_process_that_was_killed_is_no_obstacle(tmp_path: Path, told: Told) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(health_socket(tmp_path, "controller")))
    with HealthServer(health_socket(tmp_path, "controller"), told.report):
        assert ask(tmp_path, "controller").state == "ok"
    assert not health_socket(tmp_path, "controller").exists()


def test_of_two_processes_the_newer_answers_and_goes_on_when_the_older_ends(
    tmp_path: Path, told: Told
) -> None:
    place = health_socket(tmp_path, "controller")
    newer_told = Told()
    newer_told.dependencies = [NO_ARI]
    older = HealthServer(place, told.report).start()
    with HealthServer(place, newer_told.report):
        assert ask(tmp_path, "controller").state == "down"
        older.close()
        assert ask(tmp_path, "controller").state == "down"
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - nothing at all is left


def test_a_door_that_cannot_be_opened_does_not_stop_the_process(tmp_path: Path, told: Told) -> None:
    (tmp_path / "run").write_text("a file where a folder should be")
    with HealthServer(health_socket(tmp_path / "run", "controller"), told.report):
        pass
