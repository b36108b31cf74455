"""A flow can be walked through before anybody calls."""

from pathlib import Path

import pytest

from tests.commands.clinic import CLINIC
from tests.commands.conftest import Command


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A client's document."""
    path = tmp_path / "anu-clinic.yaml"
    path.write_text(CLINIC, encoding="utf-8")
    return path


def test_the_walker_reads_what_a_caller_would_hear(duudlaga: Command, clinic: Path) -> None:
    result = duudlaga("flow", "simulate", clinic, "--press", "p1", "--from", "+97699112233")
    assert result.exit_code == 0, result.output
    assert "“Ану эмнэлэгт тавтай морил”" in result.stdout
    assert "the caller waits in the queue reception" in result.stdout
    assert "outcome: voicemail" in result.stdout or "outcome: abandoned" in result.stdout


def test_lines_are_typed_one_after_the_other(duudlaga: Command, clinic: Path) -> None:
    typed = "\n1\nagent bold answers\nwait 30\nagent bold hangs up\n"
    result = duudlaga("flow", "simulate", clinic, typed=typed)
    assert "the phone of agent bold rings" in result.stdout
    assert "outcome: answered" in result.stdout


def test_the_end_of_the_input_leaves_the_call(duudlaga: Command, clinic: Path) -> None:
    result = duudlaga("flow", "simulate", clinic, typed="\n")
    assert result.exit_code == 0
    assert "outcome" not in result.stdout


def test_what_is_no_key_is_a_mistake_of_use(duudlaga: Command, clinic: Path) -> None:
    result = duudlaga("flow", "simulate", clinic, "--press", "1x")
    assert result.exit_code == 2
    assert "x" in result.stderr


def test_a_flow_that_the_client_does_not_have_is_named(duudlaga: Command, clinic: Path) -> None:
    result = duudlaga("flow", "simulate", clinic, "--flow", "night")
    assert result.exit_code == 1
    assert "night" in result.stderr
    assert "main" in result.stderr
