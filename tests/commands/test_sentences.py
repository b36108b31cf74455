"""Every sentence of the code (`Said`) stands in Mongolian too, with the same values."""

import ast
import copy
import json
import pickle
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from ari_app.commands.texts import Texts, sentences_of
from ari_app.flow.said import Said, meant, read_again, shown, written
from tests.test_architecture import sources


@cache
def templates() -> dict[str, str]:
    """Every template of the code, and where it stands."""
    found = {}
    for path, tree in sources("ari_app"):
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Said":
                first = call.args[0]
                if path != "ari_app/flow/said.py" or isinstance(first, ast.Constant):
                    assert isinstance(first, ast.Constant), f"{path}, line {call.lineno}"
                    found[str(first.value)] = f"{path}, line {call.lineno}"
    return found


def values(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_sentence_stands_in_mongolian_with_the_same_values() -> None:
    mongolian = sentences_of("mn")
    for template, place in templates().items():
        assert template in mongolian, f"{place}: {template}"
        assert values(mongolian[template]) == values(template), place


def test_no_translation_is_left_over() -> None:
    assert set(sentences_of("mn")) - set(templates()) == set()


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    said = meant(Said("there is no queue {name}", name="sale"), "sale", ["sales"])
    assert said == "there is no queue sale; did you mean `sales`?"
    assert Texts("mn").said(said) == "sale гэсэн дараалал алга; `sales` гэх гэсэн үү?"
    assert Texts("en").said(said) == said


def test_a_sentence_stays_one_when_it_is_copied() -> None:
    said = Said("there is no queue {name}", name="{x}")
    for again in (copy.deepcopy(said), pickle.loads(pickle.dumps(said))):  # noqa: S301 - our own
        assert Texts("mn").said(again) == "{x} гэсэн дараалал алга"


def test_a_value_is_shown_short_and_without_control_characters() -> None:
    assert shown("a" * 100) == "a" * 60 + "…"
    assert shown("\x1b[2J") == "\N{REPLACEMENT CHARACTER}[2J"
    assert shown(10**5000) == "int"


def test_a_sentence_is_the_same_for_another_process() -> None:
    inner = Said("there is no queue {name}", name="{x}")
    said = Said("Setting up the {step} failed: {error}", step="tables", error=inner)
    again = read_again(json.loads(json.dumps(written(said))))
    assert again == said == "Setting up the tables failed: there is no queue {x}"
    assert Texts("mn").said(again).endswith("{x} гэсэн дараалал алга")
    assert read_again(written("plain words")) == "plain words"
    assert read_again(written(Said("See {log}.", log=Path("/a")))) == "See /a."
    with pytest.raises(ValueError, match="no sentence"):
        read_again({"template": "{a}", "values": {}})
