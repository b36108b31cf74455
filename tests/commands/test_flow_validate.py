"""Mistakes in a flow are found before it is published, each with its place."""

import json
from pathlib import Path

import pytest

from tests.commands.clinic import CLINIC
from tests.commands.conftest import Command


def _file(folder: Path, text: str) -> Path:
    path = folder / "anu-clinic.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_flow_is_in_order(duudlaga: Command, tmp_path: Path) -> None:
    result = duudlaga("flow", "validate", _file(tmp_path, CLINIC))
    assert result.exit_code == 0, result.output
    assert "in order" in result.stdout


def test_every_mistake_names_flow_node_and_field(duudlaga: Command, tmp_path: Path) -> None:
    broken = CLINIC.replace("{done: menu}", "{done: lost}").replace("prompt: menu,", "prompt: m,")
    result = duudlaga("flow", "validate", _file(tmp_path, broken))
    assert result.exit_code == 1
    assert "error: main, node welcome, exits.done: leads to lost" in result.stdout
    assert "error: main, node menu, prompt: there is no prompt m" in result.stdout


def test_mistakes_are_json_too(duudlaga: Command, tmp_path: Path) -> None:
    broken = CLINIC.replace("{done: menu}", "{done: lost}")
    result = duudlaga("flow", "validate", _file(tmp_path, broken), "--json")
    assert result.exit_code == 1
    first = json.loads(result.stdout)[0]
    assert first.keys() == {"flow", "node", "field", "message", "severity"}
    assert (first["flow"], first["node"], first["field"]) == ("main", "welcome", "exits.done")


@pytest.mark.parametrize("end", [".json", ".yaml"])
def test_a_flow_of_its_own_is_held_against_the_rules(
    duudlaga: Command, tmp_path: Path, end: str
) -> None:
    flow = {"spec_version": 1, "start": "bye", "nodes": {"bye": {"type": "dance"}}}
    path = tmp_path / f"main{end}"
    path.write_text(json.dumps(flow), encoding="utf-8")
    result = duudlaga("flow", "validate", path)
    assert result.exit_code == 1
    assert "main, node bye" in result.stdout


def test_a_document_with_a_wrong_field_is_named_with_its_line(
    duudlaga: Command, tmp_path: Path
) -> None:
    path = _file(tmp_path, CLINIC + "numbres: []\n")
    result = duudlaga("flow", "validate", path)
    assert result.exit_code == 1
    assert f"{path}, line" in result.stderr
    assert "numbres" in result.stderr
