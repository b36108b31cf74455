"""A command that fails says one sentence, and exits with 1."""

from pathlib import Path

import pytest

from ari_app.commands import flows
from tests.commands.conftest import Command


def test_a_known_failure_is_one_sentence(duudlaga: Command) -> None:
    result = duudlaga("flow", "simulate", "nobody")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "'nobody' is neither a file nor a client of the house.\n"


def test_an_unforeseen_failure_is_a_sentence_and_a_log(
    duudlaga: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(flows, "flow_source", break_down)
    result = duudlaga("flow", "simulate", "anu")
    log = home / "log" / "commands.log"
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "ZeroDivisionError: by accident" in result.stderr
    assert str(log) in result.stderr
    assert "break_down" in log.read_text(encoding="utf-8")
