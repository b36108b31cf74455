"""Which languages callers can come to hear, and how a language offers itself."""

from __future__ import annotations

from typing import Any

import pytest

from ari_app.flow.definition import validate
from ari_app.flow.engine import Flow, advance
from ari_app.flow.events import CallOffered
from ari_app.flow.languages import LANGUAGES, heard_languages


def flow(**node: Any) -> dict[str, Any]:
    return {
        "spec_version": 1,
        "start": "it",
        "nodes": {"it": {"exits": {"done": "bye"}} | node, "bye": {"type": "hangup"}},
    }


def test_callers_hear_what_is_set_or_can_be_chosen() -> None:
    chosen = flow(type="language", choices={"1": "en", "2": "ru"})
    spoken = {**flow(type="language", language="en"), "language": "ru"}
    assert heard_languages("mn", [chosen, spoken]) == ["mn", "en", "ru"]
    assert heard_languages("mn", [None, {"nodes": []}, {"nodes": {"a": 1}}]) == ["mn"]


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        (flow(type="language", language="zh"), "language"),
        (flow(type="language", choices={"1": "mn", "2": "zh"}), "choices.2"),
        ({**flow(type="play", prompt="standard:thanks"), "language": "zh"}, "language"),
        (
            flow(
                type="branch",
                cases=[{"exit": "done", "language": "zh"}],
                exits={"done": "bye", "otherwise": "bye"},
            ),
            "cases.0.language",
        ),
    ],
)
def test_a_flow_in_a_language_that_the_house_does_not_speak_is_refused_by_name(
    definition: dict[str, Any], field: str
) -> None:
    (problem,) = [each for each in validate(definition) if each.severity == "error"]
    assert problem.field == field
    assert problem.message == "the house does not speak zh; it speaks mn, en, ru"


def test_each_language_offers_itself_by_its_own_key() -> None:
    definition = flow(type="language", choices={"1": "ru", "5": "mn", "*": "en"})
    loaded = Flow.load({"flow": "it", "definition": definition, "language": "mn"})
    turn = advance(loaded, loaded.start("run", "", 0), CallOffered(None, ""), 0)
    (items,) = [command.items for command in turn.commands if hasattr(command, "items")]
    assert items == tuple(
        f"standard:language/press/{choice}" for choice in ("ru/1", "mn/5", "en/star")
    )


def test_the_house_speaks_three_languages() -> None:
    assert LANGUAGES == ("mn", "en", "ru")
