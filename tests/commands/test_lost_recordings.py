"""However a recording went wrong, calls are listed and told, and a line says what is wrong."""

import json
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal
from tests.commands.conftest import Command

_AT = 1763800000.0
_NAME = "anu-clinic/2025/11/22/x-1.ogg"
_EXPECTED = ("recording_expected", {"recording": "x-1", "kind": "talk", "agent": "bold"})
_STORED = ("recording_stored", {"recording": "x-1", "path": _NAME, "seconds": 8.1, "bytes": 3})


def _keep(home: Path, *facts: tuple[str, Any]) -> str:
    call = str(uuid.uuid4())
    home.mkdir(exist_ok=True)
    entries = [Entry("call_offered", _AT, {"number": "+97670110001"})]
    entries += [Entry(kind, _AT + 1 + n, data) for n, (kind, data) in enumerate(facts)]
    with Journal(home / "journal.db") as journal:
        journal.append_entries(call, "anu-clinic", entries)
    return call


def _whole(file: Path) -> None:
    file.write_bytes(b"Ogg")


def _gone(file: Path) -> None:
    file.unlink()


def _folder_gone(file: Path) -> None:
    shutil.rmtree(file.parent)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _cut(file: Path) -> None:
    file.write_bytes(b"Og")


def _no_file(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (_whole, "Recording: {file}"),
        (_gone, "Recording: {file} is not there any more."),
        (_folder_gone, "Recording: {file} is not there any more."),
        (_empty, "Recording: {file} is damaged: it has 0 bytes in place of 3."),
        (_cut, "Recording: {file} is damaged: it has 2 bytes in place of 3."),
        (_no_file, "Recording: {file} is damaged: it has "),
    ],
)
def test_what_became_of_a_recordings_file_is_said(
    duudlaga: Command, home: Path, harm: Callable[[Path], None], sentence: str
) -> None:
    call = _keep(home, _EXPECTED, _STORED)
    file = home / "recordings" / _NAME
    file.parent.mkdir(parents=True)
    _whole(file)
    harm(file)
    told = duudlaga("calls", "--call", call)
    assert told.exit_code == 0
    assert sentence.format(file=file) in told.stdout.splitlines()[-1]
    _assert_it_is_listed(duudlaga, call)


def test_a_recording_that_the_reader_may_not_read_is_said_to_be_so(
    duudlaga: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = _keep(home, _EXPECTED, _STORED)
    file = home / "recordings" / _NAME
    file.parent.mkdir(parents=True)
    _whole(file)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read anything
    told = duudlaga("calls", "--call", call)
    assert f"Recording: {file} cannot be read by you: Permission denied." in told.stdout
    _assert_it_is_listed(duudlaga, call)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into any folder")
def test_a_folder_that_the_reader_may_not_look_into_is_said_to_be_so(
    duudlaga: Command, home: Path
) -> None:
    call = _keep(home, _EXPECTED, _STORED)
    folder = home / "recordings" / "anu-clinic"
    folder.mkdir(parents=True)
    folder.chmod(0)
    try:
        told = duudlaga("calls", "--call", call)
    finally:
        folder.chmod(0o700)
    assert "cannot be read by you: Permission denied." in told.stdout


def test_a_recording_that_cannot_be_finished_is_said_to_be_open(
    duudlaga: Command, home: Path
) -> None:
    call = _keep(home, _EXPECTED, ("call_ended", {"outcome": "answered"}))
    told = duudlaga("calls", "--call", call)
    assert told.exit_code == 0
    assert "A recording is still being finished" in told.stdout
    assert "`duudlaga doctor` says when something is in its way" in told.stdout
    _assert_it_is_listed(duudlaga, call)


@pytest.mark.parametrize("missing", [None, 0.0, 4.5])
def test_what_is_lost_is_not_said_to_be_on_its_way(
    duudlaga: Command, home: Path, missing: float | None
) -> None:
    lost = {"recording": "x-1", "path": None, "seconds": 0.0, "missing_seconds": missing}
    call = _keep(home, _EXPECTED, ("recording_stored", lost))
    told = duudlaga("calls", "--call", call)
    assert told.exit_code == 0
    assert "finished" not in told.stdout
    assert "Recording:" not in told.stdout
    _assert_it_is_listed(duudlaga, call)


def test_a_message_that_the_caller_took_back_is_not_waited_for(
    duudlaga: Command, home: Path
) -> None:
    call = _keep(home, _EXPECTED, ("recording_discarded", {"recording": "x-1"}))
    assert "finished" not in duudlaga("calls", "--call", call).stdout


def test_of_two_recordings_each_is_told(duudlaga: Command, home: Path) -> None:
    lost = {"recording": "x-0", "path": None, "seconds": 0.0, "missing_seconds": 2.0}
    call = _keep(home, ("recording_stored", lost), _EXPECTED, _STORED)
    told = duudlaga("calls", "--call", call).stdout
    assert "The recording is lost: 2.0 s were said and are on no file." in told
    assert f"{_NAME} is not there any more." in told


def _assert_it_is_listed(duudlaga: Command, call: str) -> None:
    for arguments in (("calls",), ("calls", "--json")):
        listed = duudlaga(*arguments)
        assert listed.exit_code == 0
        assert call in listed.stdout
    assert json.loads(duudlaga("calls", "--call", call, "--json").stdout)[0]["id"] == call
