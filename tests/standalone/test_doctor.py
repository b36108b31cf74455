"""What the doctor says of machines that are not as calls need them."""

import shutil
import socket
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ari_app.settings import Settings
from ari_app.standalone import doctor, doctor_asterisk, doctor_machine
from ari_app.standalone.doctor_health import HEALTH_CHECKS
from ari_app.standalone.doctor_machine import MACHINE_CHECKS
from ari_app.standalone.doctor_storage import FILE_CHECKS
from ari_app.standalone.pbx import Pbx


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(home=tmp_path)


def test_a_machine_whose_own_name_does_not_resolve_delays_every_call(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_name: str) -> str:
        raise socket.gaierror

    monkeypatch.setattr(socket, "gethostbyname", fail)
    monkeypatch.setattr(socket, "gethostname", lambda: "pbx1")
    found = doctor_machine.host_name(settings)
    assert found.grade == "bad"
    assert found.advice == "Add the line '127.0.1.1 pbx1' to /etc/hosts."


def test_a_name_that_resolves_slowly_is_as_bad(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_name: str) -> str:
        time.sleep(0.6)
        return "192.0.2.1"

    monkeypatch.setattr(socket, "gethostbyname", slow)
    assert doctor_machine.host_name(settings).grade == "bad"


@pytest.mark.parametrize(("free", "grade"), [(10**11, "ok"), (10**9, "warn"), (10**7, "bad")])
def test_recordings_need_disk(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, grade: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert doctor_machine.disk(settings).grade == grade


@pytest.mark.parametrize(
    ("answer", "grade"),
    [
        ("Asterisk 22.10.1+dfsg built by nobody", "ok"),
        ("Asterisk 23.0.0 built by nobody", "ok"),
        ("Asterisk 22.10.0 built by nobody", "bad"),
        ("Asterisk 22.9.2 built by nobody", "bad"),
        ("something else", "bad"),
    ],
)
def test_an_asterisk_with_known_holes_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, answer: str, grade: str
) -> None:
    monkeypatch.setattr(Pbx, "ask", lambda _self, _line: answer)
    assert doctor_asterisk.version(settings).grade == grade


def test_a_module_that_could_run_commands_for_callers_is_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = doctor_asterisk.wanted_modules()
    lines = [f"{name}.so    Something    0    Running    core" for name in wanted]
    monkeypatch.setattr(Pbx, "ask", lambda _self, _line: "\n".join(lines))
    assert doctor_asterisk.modules(settings).grade == "ok"
    lines.append("func_shell.so    Run a command    0    Not Running    core")
    assert doctor_asterisk.modules(settings).fact == "dangerous and loaded: func_shell"
    del lines[0]
    assert doctor_asterisk.modules(settings).fact == f"not running: {wanted[0]}"


def test_ari_open_to_the_network_is_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as open_to_all:
        open_to_all.bind(("0.0.0.0", 0))  # noqa: S104 - this is the mistake
        open_to_all.listen()
        port = open_to_all.getsockname()[1]
        found = doctor_asterisk.private(settings.model_copy(update={"ari_port": port}))
    assert found.fact == f"open to the network: ARI ({port})"


def test_a_house_that_never_started_is_told_to_start_and_nothing_is_asked_in_vain(
    settings: Settings,
) -> None:
    before = sorted(settings.home.rglob("*"))
    findings = {finding.name: finding for finding in doctor.examine(settings)}
    assert list(findings) == [*MACHINE_CHECKS, *FILE_CHECKS]
    assert findings["processes"].grade == "bad"
    assert "duudlaga up" in findings["processes"].advice
    assert sorted(settings.home.rglob("*")) == before, "a doctor makes no files"


def test_services_of_others_are_asked_although_nothing_runs_here(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = settings.model_copy(
        update={
            "postgres_dsn": f"host={settings.home} dbname=duudlaga",
            "redis_url": f"unix://{settings.home}/no.sock",
            "ari_url": "http://127.0.0.1:1",
            "ami_address": "127.0.0.1:1",
        }
    )
    monkeypatch.setattr(Pbx, "ask", lambda _self, _line: "nothing")
    findings = {finding.name: finding.grade for finding in doctor.examine(elsewhere)}
    assert list(findings) == [name for name in doctor.CHECKS if name not in HEALTH_CHECKS]
    assert (findings["Postgres"], findings["Redis"], findings["ARI"]) == ("bad", "bad", "bad")
