"""What runs is shown with every address, and never with a password."""

import json
from pathlib import Path

import pytest

from ari_app.commands import doctor as doctor_command
from ari_app.commands.progress import Progress
from ari_app.commands.texts import Texts
from ari_app.standalone.finding import Finding
from ari_app.standalone.status import ProcessStatus, Status
from tests.commands.conftest import Command


def test_the_home_is_printed(duudlaga: Command, home: Path) -> None:
    assert duudlaga("home").stdout == f"{home}\n"


def test_a_home_where_nothing_runs_says_so(duudlaga: Command) -> None:
    result = duudlaga("status")
    assert result.exit_code == 1
    assert "Nothing runs." in result.stdout


def test_the_status_has_the_documented_fields(duudlaga: Command, home: Path) -> None:
    report = json.loads(duudlaga("status", "--json").stdout)
    assert report["home"] == str(home)
    assert report["phase"] == "stopped"
    assert report["processes"] == []
    assert report["live_calls"] == 0
    assert report["calls_unlogged"] is None
    sip = report["sip"]
    assert sip["uri"] == f"sip:{sip['address']}:{sip['port']}"
    assert sip.keys() == report["outside"].keys() == {"address", "port", "transport", "uri"}
    assert report["ari"]["url"].startswith("http://")
    assert report["ami"].keys() == {"address", "port", "user"}
    assert report["postgres"]["dsn"] == f"host={home}/run dbname=duudlaga"
    assert report["redis"]["url"] == f"unix://{home}/run/redis.sock"


def test_no_password_is_shown(duudlaga: Command, home: Path) -> None:
    shown = duudlaga("status", "--json").stdout + duudlaga("status").stdout
    passwords = json.loads((home / "secrets.json").read_text()).values()
    assert passwords
    assert not [password for password in passwords if password in shown]


def test_the_password_of_a_redis_elsewhere_is_not_shown(
    duudlaga: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUUDLAGA_REDIS_URL", "redis://user:secret@10.0.0.9:6379/1")
    report = json.loads(duudlaga("status", "--json").stdout)
    assert report["redis"]["url"] == "redis://10.0.0.9:6379/1"


def test_the_password_of_a_postgres_elsewhere_is_not_shown(
    duudlaga: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUUDLAGA_POSTGRES_DSN", "host=10.0.0.9 password=secret dbname=d")
    report = json.loads(duudlaga("status", "--json").stdout)
    assert sorted(report["postgres"]["dsn"].split()) == ["dbname=d", "host=10.0.0.9"]


def test_stopping_what_does_not_run_is_no_mistake(duudlaga: Command) -> None:
    result = duudlaga("down")
    assert result.exit_code == 0
    assert "Nothing runs." in result.stdout


def test_a_call_to_a_home_where_nothing_runs_is_a_sentence(duudlaga: Command) -> None:
    result = duudlaga("call", "+97670110001")
    assert result.exit_code == 1
    assert "duudlaga up" in result.stderr
    assert "Traceback" not in result.output


def test_each_change_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(Texts("en"))
    waiting = Status("/home", "starting", processes=(ProcessStatus("redis"),))
    ready = waiting.with_process(ProcessStatus("redis", "ready", pid=7))
    assert progress.show(waiting)
    assert not progress.show(ready)
    assert not progress.show(ready)
    assert progress.show(Status("/home", "running", processes=ready.processes))
    assert capsys.readouterr().out == "  redis        ready\n"


def test_a_red_finding_says_what_to_do_and_fails(
    duudlaga: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = [Finding("disk", "ok", "9 GB free"), Finding("clock", "bad", "1970", "Set it.")]
    monkeypatch.setattr(doctor_command, "examine", lambda _settings: iter(findings))
    result = duudlaga("doctor")
    assert result.exit_code == 1
    assert "✘ clock" in result.stdout
    assert "→ Set it." in result.stdout
    assert "1 to mend." in result.stdout
    rows = json.loads(duudlaga("doctor", "--json").stdout)
    assert rows[1] == {"name": "clock", "grade": "bad", "fact": "1970", "advice": "Set it."}


def test_what_is_doubtful_is_not_called_well(
    duudlaga: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = [Finding("disk", "ok", "9 GB free"), Finding("way in", "warn", "refused", "Ask.")]
    monkeypatch.setattr(doctor_command, "examine", lambda _settings: iter(findings))
    result = duudlaga("doctor")
    assert result.exit_code == 0
    assert "Nothing is broken; 1 to look at." in result.stdout
    assert "All is well." not in result.stdout


def test_a_machine_in_order_is_all_green(
    duudlaga: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        doctor_command, "examine", lambda _settings: iter([Finding("disk", "ok", "9 GB free")])
    )
    result = duudlaga("doctor")
    assert result.exit_code == 0
    assert "All is well." in result.stdout
