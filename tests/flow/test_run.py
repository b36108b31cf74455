"""Runs and commands as they lie in the journal, also those of an older version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ari_app.flow import commands as c
from ari_app.flow import run as stored
from ari_app.flow.run import VERSION, run_from_json, run_to_json

FOLDER = Path(__file__).parent / "runs"


def test_there_is_a_saved_run_of_every_version() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == [
        f"{version}.json" for version in range(1, VERSION + 1)
    ]


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_a_run_of_any_version_can_be_read(version: int) -> None:
    data = json.loads((FOLDER / f"{version}.json").read_text())
    newest = json.loads((FOLDER / f"{VERSION}.json").read_text())
    assert run_to_json(run_from_json(data)) == newest


def test_an_older_run_is_brought_to_the_present_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "call": data["old_name"]}

    monkeypatch.setattr(stored, "VERSION", VERSION + 1)
    monkeypatch.setattr(stored, "_MIGRATIONS", (*stored._MIGRATIONS, rename))
    data = json.loads((FOLDER / "1.json").read_text())
    data["old_name"] = data.pop("call")
    assert run_from_json(data).call == "0199d2f0-0000-7000-8000-000000000001"


@pytest.mark.parametrize("version", [None, 0, "1", VERSION + 1])
def test_a_run_from_the_future_is_refused(version: Any) -> None:
    with pytest.raises(ValueError, match="unknown here"):
        run_from_json({"call": "x", "version": version})


def test_every_command_survives_storage() -> None:
    for command in (
        c.Answer("1"),
        c.Play("1", ("client:a", "standard:b"), "mn"),
        c.JoinQueue("1", "reception", 12.5, 3, "bold"),
        c.Connect("1", "leg", None),
    ):
        data = json.loads(json.dumps(c.to_json(command)))
        assert c.from_json(data) == command
    assert c.to_json(c.StartMusic("1")) == {"type": "start_music", "id": "1", "music": "default"}


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown type 'dance'"):
        c.from_json({"type": "dance", "id": "7"})
