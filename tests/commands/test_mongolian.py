"""With Mongolian chosen, people read Mongolian: help, headings, and what was typed wrongly."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from ari_app.cli import COMMANDS, app, load_command
from ari_app.commands.help import paragraphs, words_of
from tests.commands.conftest import Command

# Words of a command line, names of programs, and forms of values: the same in every language.
_SAME = re.compile(
    r"`[^`]*`|<[^>]*>|\[[a-z0-9_|<=>x.]+\]|{[^}]*}|\[үндсэн утга: [^]]*\]|^ Хэрэглээ: root.*"
    r"|duudlaga( [a-z]+)?|--?[A-Za-z][a-z-]*(/--[a-z]+)?|\b[A-Z][A-Z_]+\b"
    r"|\b(Asterisk|Postgres|Redis|Ctrl-C|en|mn)\b",
    re.MULTILINE,
)
_LATIN = re.compile(r"\b[A-Za-z]{2,}\b")


def _commands(root: Any, *names: str) -> Iterator[tuple[str, ...]]:
    yield names
    for name, below in getattr(root, "commands", {}).items():
        yield from _commands(below, *names, name)


_ALL = [each for name in COMMANDS for each in _commands(load_command(name), name)]


@pytest.fixture(autouse=True)
def _mongolian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")  # no word is broken


def test_every_paragraph_of_help_is_there() -> None:
    said: set[str] = set()

    def look(command: Any) -> None:
        for part in (command, *command.params):
            said.update(paragraphs(getattr(part, "help", None) or ""))
        for below in getattr(command, "commands", {}).values():
            look(below)

    look(typer.main.get_command(app))
    for name in COMMANDS:
        look(load_command(name))
    assert len(said) > 60
    assert sorted(said - words_of("mn").keys() - {""}) == []
    own = {"Usage:", "[OPTIONS]", "COMMAND [ARGS]...", "Show this message and exit."}
    own |= {"Arguments", "Options", "Commands", "[default: {}]", "[env var: {}]", "[required]"}
    assert own | {listed.panel for listed in COMMANDS.values()} <= words_of("mn").keys()


@pytest.mark.parametrize("names", [(), *_ALL], ids=" ".join)
def test_help_is_mongolian(duudlaga: Command, names: tuple[str, ...]) -> None:
    result = duudlaga("--language", "mn", *names, "--help")
    assert result.exit_code == 0, result.output
    assert "Хэрэглээ:" in result.stdout
    rest = re.sub(r"^│ [* ]+\S+ ", " ", result.stdout, flags=re.MULTILINE)  # names of arguments
    names_of_commands = {name for each in _ALL for name in each}
    assert set(_LATIN.findall(_SAME.sub(" ", rest))) - names_of_commands == set(), result.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["calls", "--dya", "1"], "Алдаа: --dya гэсэн сонголт алга."),
        (["calls", "--call", "x"], "Алдаа: --call нь `duudlaga calls` жагсаадаг дуудлагын дугаар"),
        (["calls", "--outcome", "x"], "Алдаа: --outcome дараахын аль нэг нь байна: answered"),
        (["call"], "Алдаа: number дутуу байна."),
        (["clals"], "calls гэх гэсэн үү?"),
        (["calls", "--client"], "Алдаа: --client сонголтыг ингэж бичдэггүй."),
    ],
)
def test_what_was_typed_wrongly_is_told_in_mongolian(
    duudlaga: Command, arguments: list[str], sentence: str
) -> None:
    result = duudlaga("--language", "mn", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_english_stays_english_afterwards(duudlaga: Command) -> None:
    duudlaga("--language", "mn", "calls", "--help")
    shown = duudlaga("calls", "--help").stdout
    assert "Usage:" in shown
    assert "Options" in shown
    assert not re.search("[а-яөү]", shown)
