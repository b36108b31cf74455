"""Whatever the commands say, they can say in every language."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import ari_app.commands
from ari_app.commands.texts import LANGUAGES, chosen_language, texts_of
from ari_app.flow import entries

_COMMANDS = Path(ari_app.commands.__file__).parent
_KEYS_IN_CODE = re.compile(r"""texts\(\s*"([a-z0-9_.]+)\"""")


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_missing_in_a_language(language: str) -> None:
    assert texts_of(language).keys() == texts_of("en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_in_the_same_values(language: str) -> None:
    for key, text in texts_of("en").items():
        assert _values(texts_of(language)[key]) == _values(text), key


def test_every_key_in_the_code_is_in_the_catalogue() -> None:
    keys = {
        key
        for folder in (_COMMANDS, _COMMANDS.with_name("operations"))
        for file in folder.rglob("*.py")
        for key in _KEYS_IN_CODE.findall(file.read_text(encoding="utf-8"))
    }
    assert len(keys) > 20
    assert keys <= texts_of("en").keys()


def test_no_text_is_left_over() -> None:
    folders = (_COMMANDS, _COMMANDS.with_name("operations"))
    files = [file for folder in folders for file in folder.rglob("*.py")]
    code = "".join(file.read_text(encoding="utf-8") for file in files)
    made = ("entry.", "word.", "column.", "caller.blocked", "caller.not_", "caller.vip")
    said = [key for key in texts_of("en") if not key.startswith(made)]
    assert [key for key in said if f'"{key}"' not in code] == []


def test_every_kind_of_entry_has_a_sentence() -> None:
    kinds = re.findall(r"^\| ([a-z_]+) \|", entries.__doc__ or "", re.MULTILINE)
    assert len(kinds) > 20
    for kind in kinds:
        assert kind == "kind" or f"entry.{kind}" in texts_of("en"), kind


def test_every_reason_of_the_journal_has_a_word() -> None:
    """Those that ari_app/flow/entries.py lists, in brackets and behind colons."""
    text = " ".join((entries.__doc__ or "").split())
    listed = re.findall(r"(?:reason|kind) \(([a-z_, ]+)\)|because of: ([a-z_, ]+)", text)
    by = re.findall(r"ended by ([a-z, ]+?)(?: \(|\.)| call by ([a-z, ]+)\.", text)
    words = {
        word for pair in (*listed, *by) for part in pair for word in re.findall(r"[a-z_]+", part)
    } - {"or", "see", "below"}
    assert len(words) > 20
    for language in LANGUAGES:
        assert {f"word.{word}" for word in words} <= texts_of(language).keys(), language


def test_every_column_has_a_heading() -> None:
    files = (file for file in _COMMANDS.glob("*.py") if file.stem != "story")
    code = "".join(file.read_text(encoding="utf-8") for file in files)
    tables = re.findall(r"^_?[A-Z]+ = (\([^)]*\))", code, re.MULTILINE)
    columns = {name for table in tables for name in ast.literal_eval(table)}
    said = {f"column.{name}" for name in columns if isinstance(name, str)}
    assert len(said) > 25
    headings = {key for key in texts_of("en") if key.startswith("column.")}
    assert headings == said & headings
    assert said - headings <= {"column.ended_at", "column.answered_at", "column.recording"}


def test_every_outcome_has_a_word() -> None:
    assert {f"word.{outcome}" for outcome in entries.OUTCOMES} <= texts_of("mn").keys()


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "mn_MN.UTF-8"}, "mn"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "mn_MN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "mn_MN.UTF-8"}, "mn"),
        ({}, "en"),
    ],
)
def test_the_terminal_chooses_the_language(environment: dict[str, str], language: str) -> None:
    assert chosen_language(environment) == language
