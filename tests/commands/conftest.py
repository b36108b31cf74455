"""The command line in a home of its own, in English, and a temporary Postgres for who asks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ari_app.cli import app
from tests.store.database_fixtures import database, postgres_server, writer

__all__ = ["database", "duudlaga", "home", "postgres_server", "writer"]

Command = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of the commands of this test; it is not there yet."""
    return tmp_path / "home"


@pytest.fixture
def duudlaga(home: Path) -> Command:
    """Run a command, as `duudlaga("calls", "--json")`."""
    runner = CliRunner(env={"DUUDLAGA_HOME": str(home), "DUUDLAGA_LANGUAGE": "en"})

    def run(*arguments: str | Path, typed: str | None = None) -> Result:
        return runner.invoke(app, [str(argument) for argument in arguments], input=typed)

    return run
