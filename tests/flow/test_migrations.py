"""Definitions of older versions mean today what they meant when they were published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ari_app.flow import migrations
from ari_app.flow.definition import validate
from ari_app.flow.flow_error import FlowError

FOLDER = Path(__file__).parent / "definitions"


def stored(version: int) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8"))
    return data


def test_there_is_a_definition_of_every_version() -> None:
    versions = range(1, migrations.VERSION + 1)
    assert len(migrations.MIGRATIONS) == migrations.VERSION - 1
    assert sorted(path.stem for path in FOLDER.iterdir()) == [str(each) for each in versions]


@pytest.mark.parametrize("version", range(1, migrations.VERSION + 1))
def test_a_definition_of_any_version_becomes_the_newest(version: int) -> None:
    before = stored(version)
    assert migrations.current(before, "flow") == stored(migrations.VERSION)
    assert before == stored(version), "the argument was changed"
    assert validate(before) == []


def test_migrations_follow_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = tuple(
        lambda data, to=to: {**data, "spec_version": to, "way": [*data.get("way", []), to]}
        for to in (2, 3)
    )
    monkeypatch.setattr(migrations, "VERSION", 3)
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    assert migrations.current({"spec_version": 1}, "flow")["way"] == [2, 3]
    assert migrations.current({"spec_version": 2}, "flow")["way"] == [3]


@pytest.mark.parametrize("data", [None, [], {}, {"spec_version": True}, {"spec_version": 99}])
def test_what_is_no_definition_is_refused(data: Any) -> None:
    with pytest.raises(FlowError, match="flow"):
        migrations.current(data, "flow")
