"""Every story comes out as it is written."""

from __future__ import annotations

import pytest

from ari_app.flow.nodes import TYPES, node_type
from tests.flow.story import Story, line, stories

STORIES = stories()


@pytest.mark.parametrize("story", [pytest.param(each, id=each.name) for each in STORIES])
def test_story(story: Story) -> None:
    for words, expected, commands in story.perform():
        assert commands == expected, words
    assert story.run.outcome == story.data["outcome"]
    lines = iter([line(each) for each in story.entries])
    for wanted in story.data.get("journal", []):
        kind, *facts = _facts(wanted)
        assert any(
            entry.split()[0] == kind and all(f" {fact}" in entry for fact in facts)
            for entry in lines
        ), f"missing, or not in this order: {wanted}"
    kinds = {each.kind for each in story.entries}
    assert not kinds & set(story.data.get("silent", []))


def _facts(wanted: str) -> list[str]:
    """Split ``kind name=value with spaces name=value`` at each name."""
    parts = wanted.split(" ")
    facts = parts[:1]
    for part in parts[1:]:
        if "=" in part:
            facts.append(part)
        else:
            facts[-1] += f" {part}"
    return facts


def test_every_exit_of_every_node_type_is_taken_in_a_story() -> None:
    taken: set[tuple[str, str]] = set()
    ended = set()
    for story in stories():
        for _ in story.perform():
            pass
        taken |= story.exits
        ended |= {each.data["type"] for each in story.entries if each.kind == "node_entered"}
    wanted = {(name, each) for name in TYPES for each in node_type(name, name).EXITS}
    assert wanted - taken == set()
    assert set(TYPES) - ended == set()


def test_a_key_is_an_exit_of_menus_and_queues() -> None:
    keys = {name for name in TYPES if node_type(name, name).KEYS}
    assert keys == {"menu", "queue"}
