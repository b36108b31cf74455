"""Status, doctor and the story of a call say in plain words what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ari_app.commands.health_rows import health_of, sentences
from ari_app.commands.story import sentence
from ari_app.commands.texts import Texts
from ari_app.flow.entries import Entry
from ari_app.health.asking import PROCESSES
from ari_app.health.dependency import Dependency
from ari_app.health.figure import Figure
from ari_app.health.report import Report
from ari_app.health.server import HealthServer
from ari_app.health.socket_path import health_socket
from ari_app.settings import Settings
from ari_app.standalone.doctor_health import HEALTH_CHECKS
from ari_app.standalone.finding import Finding

EN, MN = Texts("en"), Texts("mn")
UP = Dependency("ari", "up", 1000.0, vital=True)
NO_REDIS = Dependency("redis", "down", 1000.0, "it does not answer")
FIGURES = {
    "entries_waiting": 0,
    "entry_oldest_seconds": 0.0,
    "calls_unlogged": 0,
    "recordings_missing": 0,
    "recording_lost_seconds": 0.0,
    "recordings_failing": 0,
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("DUUDLAGA_HOME", raising=False)
    return Settings.load(home=tmp_path)


@contextmanager
def running(settings: Settings, *needs: Dependency, **figures: float | None) -> Iterator[None]:
    """All processes answer: that they need ``needs``, and these figures."""
    known = [Figure(name, value, "") for name, value in (FIGURES | figures).items()]

    def report_of(process: str) -> Callable[[], Report]:
        return lambda: Report(process, 1000.0, needs or [UP], known)

    with ExitStack() as doors:
        for process in PROCESSES:
            place = health_socket(settings.run, process)
            doors.enter_context(HealthServer(place, report_of(process)))
        yield


def lines(settings: Settings) -> list[dict[str, Any]]:
    return [{"name": name, **health_of(settings, name)} for name in ("redis", "controller")]


def test_the_status_names_what_is_away_since_when_and_why(settings: Settings) -> None:
    with running(settings, UP, NO_REDIS):
        report = lines(settings)
        (told,) = sentences(report, EN, "UTC")
        (said,) = sentences(report, MN, "UTC")
    assert report[0] == {"name": "redis", "health": None, "dependencies": []}
    assert (report[1]["health"], report[1]["dependencies"][1]["name"]) == ("degraded", "redis")
    assert report[1]["dependencies"][0]["since"] == "1970-01-01T00:16:40.000Z"
    assert json.dumps(report)
    assert told.startswith("The controller: Redis is away since 1970-01-01")
    assert told.endswith("(it does not answer).")
    assert "Redis" in said
    assert "хойш алга" in said


def test_the_status_says_so_when_all_is_well(settings: Settings) -> None:
    with running(settings):
        assert sentences(lines(settings), EN, "UTC") == ["Our processes reach all that they need."]


def test_the_status_names_a_process_that_does_not_answer(settings: Settings) -> None:
    assert sentences(lines(settings), EN, "UTC") == ["The controller does not answer."]


@pytest.mark.parametrize("name", [
    "event_loop", "ari", "ami", "redis", "journal", "postgres", "history", "disk", "work",
    "ledger", "controller",
])  # fmt: skip
@pytest.mark.parametrize("texts", [EN, MN])
def test_every_dependency_has_a_name_that_people_know(name: str, texts: Texts) -> None:
    assert texts.word(f"need_{name}") != f"need {name}"


def found(settings: Settings, name: str) -> Finding:
    return HEALTH_CHECKS[name](settings)


def test_the_doctor_finds_a_sound_house_sound(settings: Settings) -> None:
    with running(settings):
        assert {found(settings, name).grade for name in HEALTH_CHECKS} == {"ok"}


@pytest.mark.parametrize("name", PROCESSES)
def test_the_doctor_finds_a_process_that_does_not_answer(settings: Settings, name: str) -> None:
    finding = found(settings, name)
    assert finding.grade == "bad"
    assert f"{name} does not answer" in finding.fact
    assert f"{name}.log" in finding.advice


def test_the_doctor_grades_by_what_is_away(settings: Settings) -> None:
    with running(settings, UP, NO_REDIS):
        finding = found(settings, "controller")
    assert (finding.grade, finding.fact) == ("warn", "redis down: it does not answer")
    with running(settings, replace(NO_REDIS, vital=True)):
        assert found(settings, "controller").grade == "bad"


REFUSED = Dependency(
    "way_in", "degraded", 1000.0, "2 calls were refused within the last hour, the last one with 488"
)


def test_refused_calls_are_no_trouble_of_the_process_that_tells_of_them(settings: Settings) -> None:
    with running(settings, UP, REFUSED):
        assert found(settings, "shipper").grade == "ok"
        way_in = found(settings, "way in")
        report = [{"name": "shipper", **health_of(settings, "shipper")}]
    assert (way_in.name, way_in.grade, way_in.fact) == ("way in", "warn", REFUSED.reason)
    assert "G.711" in way_in.advice
    assert sentences(report, EN, "UTC") == [f"Callers were turned away: {REFUSED.reason}."]
    assert sentences(report, MN, "UTC") == [f"Зарим дуудлагыг хүлээж авсангүй: {REFUSED.reason}."]


@pytest.mark.parametrize(
    ("check", "figures", "grade", "words"),
    [
        ("shipping", {"entries_waiting": 7, "entry_oldest_seconds": 3.0}, "ok", "Postgres"),
        ("shipping", {"entries_waiting": 7, "entry_oldest_seconds": 60.0}, "warn", "for 60 s"),
        ("shipping", {"entries_waiting": 7, "entry_oldest_seconds": 900.0}, "bad", "7 entries"),
        ("history", {"calls_unlogged": 2}, "warn", "2 calls are not on record"),
        ("history", {"calls_unlogged": None}, "warn", "not counted yet"),
        (
            "recordings",
            {"recordings_missing": 2, "recording_lost_seconds": 4.25},
            "warn",
            "2 of the last 24 hours are lost, wholly or partly (4.2 s known of)",
        ),
        ("recordings", {"recordings_failing": 3}, "warn", "3 cannot be finished"),
        ("recordings", {"recordings_missing": None}, "bad", "cannot be read"),
    ],
)
def test_the_doctor_finds_what_is_behind_or_missing(
    settings: Settings, check: str, figures: dict[str, float | None], grade: str, words: str
) -> None:
    with running(settings, **figures):
        finding = found(settings, check)
    assert finding.grade == grade
    assert words in finding.fact
    assert bool(finding.advice) == (grade != "ok")


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("resumed", {}, "After a fault the call is taken up again where it was."),
        (
            "agent_missed",
            {"agent": "bold", "reason": "unreachable"},
            "Bold's phone cannot be reached.",
        ),
        ("agent_missed", {"agent": "bold", "reason": "busy"}, "Bold does not take it: busy."),
        (
            "talk_ended",
            {"agent": "bold", "by": "cut", "seconds": 12.34},
            "The PBX went down in the talk with bold, after 12.3 s.",
        ),
        (
            "talk_ended",
            {"agent": "bold", "by": "lost", "seconds": 12.34},
            "The line to bold broke after 12.3 s.",
        ),
        (
            "queue_left",
            {"queue": "reception", "reason": "cut", "waited_seconds": 8.0},
            "After 8.0 s in the queue reception the PBX went down with the caller.",
        ),
        (
            "callback_booked",
            {"number": "+97699112233", "reason": "cut"},
            "As the call was cut off, a callback to +97699112233 is booked.",
        ),
        (
            "callback_booked",
            {"number": None, "reason": "missed"},
            "A callback to a withheld number is booked (missed call).",
        ),
        (
            "command_failed",
            {"command": "x", "reason": "404 Not Found"},
            "Asterisk could not do what was asked (404 Not Found); the flow goes on without it.",
        ),
        ("call_ended", {"outcome": "cut", "by": "pbx"}, "The call was cut off by a fault."),
        (
            "queue_joined",
            {"queue": "reception", "position": None},
            "The caller waits in the queue reception.",
        ),
        ("variable_set", {"name": "n", "value": "12345"}, "The variable n is now “12345”."),
        (
            "call_ended",
            {"outcome": "refused", "by": "pbx", "reason": "codec", "status": 488, "offers": "G729"},
            "The call was refused (488) before it began: we have none of its codecs (G729).",
        ),
        (
            "callback_booked",
            {"number": "+97699112233", "reason": "refused"},
            "As the call was refused before it began, a callback to +97699112233 is booked.",
        ),
        (
            "call_ended",
            {"outcome": "answered", "by": "agent"},
            "The call ends, answered; ended by the agent.",
        ),
        ("call_ended", {"outcome": ["odd"], "by": None}, "The call ends, odd; ended by –."),
    ],
)
def test_the_story_says_what_a_fault_did_to_the_call(
    kind: str, data: dict[str, Any], words: str
) -> None:
    assert sentence(Entry(kind, 0.0, data), EN) == words
    assert sentence(Entry(kind, 0.0, data), MN) != words
