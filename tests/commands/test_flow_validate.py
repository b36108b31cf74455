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


def test_every_mistake_names_file_line_and_field(duudlaga: Command, tmp_path: Path) -> None:
    broken = CLINIC.replace("{done: menu}", "{done: lost}").replace("prompt: menu,", "prompt: m,")
    file = _file(tmp_path, broken)
    result = duudlaga("flow", "validate", file)
    assert result.exit_code == 1
    place = "flows.main.nodes.welcome.exits.done"
    assert f"error: {file}, line 19, {place}: leads to lost" in result.stdout
    assert f"error: {file}, line 20, flows.main.nodes.menu.prompt: there is no" in result.stdout


def test_mistakes_are_json_too(duudlaga: Command, tmp_path: Path) -> None:
    file = _file(tmp_path, CLINIC.replace("{done: menu}", "{done: lost}"))
    result = duudlaga("flow", "validate", file, "--json")
    assert result.exit_code == 1
    first = json.loads(result.stdout)[0]
    assert first.keys() == {"file", "line", "path", "message", "severity"}
    assert (first["file"], first["line"]) == (str(file), 19)
    assert first["path"] == "flows.main.nodes.welcome.exits.done"


@pytest.mark.parametrize("end", [".json", ".yaml"])
def test_a_flow_of_its_own_is_held_against_the_rules(
    duudlaga: Command, tmp_path: Path, end: str
) -> None:
    flow = {"spec_version": 1, "start": "bye", "nodes": {"bye": {"type": "dance"}}}
    path = tmp_path / f"main{end}"
    path.write_text(json.dumps(flow), encoding="utf-8")
    result = duudlaga("flow", "validate", path)
    assert result.exit_code == 1
    assert "nodes.bye.type: there is no node type `dance`" in result.stdout


def test_a_document_with_a_wrong_field_is_named_with_its_line(
    duudlaga: Command, tmp_path: Path
) -> None:
    path = _file(tmp_path, CLINIC + "numbres: []\n")
    result = duudlaga("flow", "validate", path)
    assert result.exit_code == 1
    place = f"{path}, line {CLINIC.count(chr(10)) + 1}, numbres"
    assert f"{place}: nobody knows the field `numbres`; did you mean `numbers`?" in result.stdout
