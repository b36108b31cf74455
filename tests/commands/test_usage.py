"""Who types something wrongly is told what is wrong and what to write, in the project's words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ari_app.cli import COMMANDS, load_command
from ari_app.commands.texts import LANGUAGES, texts_of
from tests.commands.conftest import Command

NONSENSE = "@nonsense"
_LIBRARY = ("Input should", "Value error", "Invalid value", "Usage error", "Missing ", "No such ")
_ANYTHING = (str, Path, list[Path])
"""Kinds of which every word is one: whether it names something is another question."""


def _commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in COMMANDS:
        command = load_command(name)
        below = getattr(command, "commands", None)
        if below is None:
            yield (name,), command
        else:
            yield from (((name, each), found) for each, found in below.items())


def _judged() -> Iterator[Any]:
    """Every option and argument whose values are judged, with a line that has nonsense for it."""
    for names, command in _commands():
        for part in command.params:
            kind = part.type_descriptor.annotation
            if getattr(part, "is_flag", False) or kind in _ANYTHING:
                continue
            line = [*names]
            for other in command.params:
                if other is part:
                    is_option = other.opts[0].startswith("-")
                    line += [other.opts[0], NONSENSE] if is_option else [NONSENSE]
                elif other.required:
                    is_option = other.opts[0].startswith("-")
                    line += [other.opts[0], "x"] if is_option else ["x"]
            yield pytest.param(line, part.opts[0], id=" ".join(names) + f" {part.opts[0]}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("line", "name"), list(_judged()))
def test_a_value_that_does_not_fit_is_told_with_what_does(
    duudlaga: Command, language: str, line: list[str], name: str
) -> None:
    result = duudlaga("--language", language, *line)
    assert result.exit_code == 2, result.output
    _, _, sentence = result.stderr.strip().rpartition("\n")
    label = texts_of(language)["usage.error"]
    assert sentence.startswith(
        (f"{label}: {name} ", f"{label}: {name.upper()} ", f"{label}: ready")
    )
    general = texts_of(language)["usage.bad_value"].format(name=name, command="duudlaga")
    assert sentence != f"{label}: {general}"
    assert not any(words in sentence for words in _LIBRARY), sentence


def test_the_kinds_that_are_judged_are_all_here() -> None:
    assert len(list(_judged())) >= 9


_ID = "01a21f65-24e0-7a31-8928-880484f60927"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("calls --call x", f"--call is the id of a call, as `duudlaga calls` lists them: {_ID}."),
        ("calls --day 28.11.2026", "--day is a day, written year-month-day: 2026-11-28."),
        ("calls --limit 0", "--limit is a whole number from 1 to 10000."),
        ("calls --limit many", "--limit is a whole number from 1 to 10000."),
        ("call 70110001 --hang-up-after x", "--hang-up-after is a number, 0.1 or more."),
        ("agent state bold resting", "ready|paused|offline is one of: ready, paused, offline."),
        ("flow simulate x --at noon", "--at is a day and a time, written so: 2026-11-28T09:30."),
        ("calls --clinet x", ("There is no option --clinet. `duudlaga calls --help` lists them. "
         "Did you mean --client?")),
        ("calls twice", ("There is more on the line than `duudlaga calls` takes. "
         "`duudlaga calls --help` shows what it takes.")),
        ("agent lsit", ("There is no command `duudlaga agent lsit`; there are: list, state, phone, "
         "remove, simulate. Did you mean list?")),
        ("--language xx home", "'xx' is no language of the commands; they speak en, mn."),
    ],
)  # fmt: skip
def test_what_was_typed_wrongly_is_told_in_our_own_words(
    duudlaga: Command, line: str, sentence: str
) -> None:
    result = duudlaga(*line.split())
    assert result.exit_code == 2
    assert result.stderr.strip().splitlines()[-1].replace("root ", "duudlaga ") in (
        f"Error: {sentence}", f"Error: {sentence}".replace("duudlaga", "root"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "exit_code"), [("2026-11-28T09:30", 1), ("2026-11-28 09:30", 1), ("2026-11-28", 1)]
)
def test_a_moment_is_taken_as_the_sentence_says(duudlaga: Command, at: str, exit_code: int) -> None:
    """The client is not there (1), but the line is well typed."""
    assert duudlaga("flow", "simulate", "nobody", "--at", at).exit_code == exit_code
