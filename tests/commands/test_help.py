"""Who asks for help gets it at once, from one list that tells the truth."""

import subprocess
import sys

import pytest

from ari_app.cli import COMMANDS, load_command
from tests.commands.conftest import Command

_SLOW = ("psycopg2", "redis", "pydantic", "structlog", "phonenumbers", "holidays", "asyncio")


def test_the_list_of_commands_names_them_all(duudlaga: Command) -> None:
    result = duudlaga("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        assert f" {name} " in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_itself_says(name: str) -> None:
    help_text = load_command(name).help
    assert help_text.splitlines()[0] == COMMANDS[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(duudlaga: Command, name: str) -> None:
    result = duudlaga(name, "--help")
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.stdout


def test_help_loads_nothing_slow() -> None:
    script = f"import sys, ari_app.cli; print([m for m in {_SLOW!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_version_is_printed(duudlaga: Command) -> None:
    result = duudlaga("-V")
    assert result.exit_code == 0
    assert result.stdout.startswith("duudlaga 0.")


def test_an_unknown_command_is_a_mistake_of_use(duudlaga: Command) -> None:
    result = duudlaga("clals")
    assert result.exit_code == 2
    assert "calls" in result.stderr


def test_an_unknown_language_is_refused(duudlaga: Command) -> None:
    result = duudlaga("--language", "xx", "home")
    assert result.exit_code == 2
    assert "xx" in result.stderr
