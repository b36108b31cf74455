"""The command line in a home of its own, in English, and a temporary Postgres for who asks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ari_app.cli import app
from tests.commands.clinic import CLINIC
from tests.store.database_fixtures import TestDatabase, database, postgres_server, writer

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


@pytest.fixture
def use_database(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands use the temporary Postgres."""
    address = f"host={database.server.directory} dbname={database.name}"
    monkeypatch.setenv("DUUDLAGA_POSTGRES_DSN", address)


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A client's document and its agents', in a folder."""
    folder = tmp_path / "clients"
    folder.mkdir()
    (folder / "anu-clinic.yaml").write_text(CLINIC + "agents: {bold: 5}\n", encoding="utf-8")
    (folder / "house.yaml").write_text("agents: {bold: {name: Болд}}\n", encoding="utf-8")
    return folder
