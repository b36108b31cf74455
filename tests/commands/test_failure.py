"""A command that fails says one sentence, and exits with 1."""

from pathlib import Path
from types import SimpleNamespace

import psycopg2.errors
import pytest

from ari_app.commands import database, flows
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


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "its tables are not there yet"), ("mn", "хүснэгтүүд нь хараахан үүсээгүй")],
)
def test_who_asks_while_the_first_start_makes_the_tables_is_told_so(
    duudlaga: Command, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    def no_table(*_: object) -> None:
        raise psycopg2.errors.UndefinedTable('relation "calls" does not exist')

    away = SimpleNamespace(close=lambda: None)
    monkeypatch.setattr(database, "connect", lambda *_: away)
    monkeypatch.setattr(database, "transaction", no_table)
    result = duudlaga("--language", language, "messages")
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "UndefinedTable" not in result.stderr
