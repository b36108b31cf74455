"""Calls are listed even when Postgres is down: from the journal, with the same fields."""

import json
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import pytest

from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal
from tests.commands.conftest import Command

_AT = 1763800000.0


def _keep(home: Path, client: str, *entries: Entry) -> str:
    call = str(uuid.uuid4())
    home.mkdir(exist_ok=True)
    with Journal(home / "journal.db") as journal:
        journal.append_entries(call, client, entries)
    return call


@pytest.fixture
def answered(home: Path) -> str:
    """A call that an agent answered and that is recorded."""
    return _keep(
        home,
        "anu-clinic",
        Entry(
            "call_offered",
            _AT,
            {"number": "+97670110001", "caller_number": "+97699112233", "caller_name": "Бат"},
        ),
        Entry("talk_started", _AT + 9.5, {"agent": "bold", "recording": "x-1"}),
        Entry("talk_started", _AT + 60, {"agent": "saraa", "recording": "x-2"}),
        Entry("recording_stored", _AT + 70, {"path": "anu-clinic/2025/11/22/x-1.ogg"}),
        Entry("call_ended", _AT + 65, {"outcome": "answered", "by": "caller"}),
    )


def test_a_recording_without_sound_hides_no_other_call(
    duudlaga: Command, home: Path, answered: str
) -> None:
    silent = _keep(
        home,
        "anu-clinic",
        Entry("call_offered", _AT + 100, {"number": "+97670110001"}),
        Entry("recording_stored", _AT + 170, {"path": None, "seconds": 0.0}),
    )
    result = duudlaga("calls", "--json")
    assert result.exit_code == 0
    rows = {row["id"]: row["recording"] for row in json.loads(result.stdout)}
    assert rows.keys() == {answered, silent}
    assert rows[silent] is None


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"path": "x.ogg", "seconds": 8.1}, "The recording of 8.1 s is stored."),
        (
            {"path": "x.ogg", "seconds": 6.1, "missing_seconds": 2.0},
            "The recording of 6.1 s is stored; 2.0 s more were said and are lost.",
        ),
        (
            {"path": None, "seconds": 0.0, "missing_seconds": 1.9},
            "The recording is lost: 1.9 s were said and are on no file.",
        ),
        (
            {"path": None, "seconds": 0.0, "missing_seconds": 0.0},
            "The recording is lost; nobody knows how long it was.",
        ),
        (
            {"path": None, "seconds": 0.0, "missing_seconds": None},
            "Nobody spoke: there is nothing to store.",
        ),
    ],
)
def test_what_is_lost_of_a_recording_is_said(
    duudlaga: Command, home: Path, facts: dict[str, object], sentence: str
) -> None:
    offered = Entry("call_offered", _AT, {"number": "+97670110001"})
    call = _keep(home, "anu-clinic", offered, Entry("recording_stored", _AT + 9, facts))
    assert sentence in duudlaga("calls", "--call", call).stdout


def test_a_call_has_the_documented_fields(duudlaga: Command, home: Path, answered: str) -> None:
    result = duudlaga("calls", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {
            "id": answered,
            "client": "anu-clinic",
            "number": "+97670110001",
            "caller": "+97699112233",
            "outcome": "answered",
            "reason": None,
            "offered_at": "2025-11-22T08:26:40.000Z",
            "answered_at": "2025-11-22T08:26:49.500Z",
            "ended_at": "2025-11-22T08:27:45.000Z",
            "agent": "bold",
            "recording": str(home / "recordings" / "anu-clinic/2025/11/22/x-1.ogg"),
        }
    ]


@pytest.mark.usefixtures("answered")
def test_the_reader_is_told_that_postgres_is_away(duudlaga: Command) -> None:
    assert "Postgres is not reachable" in duudlaga("calls").stderr


def test_the_last_call_stands_first_and_the_limit_holds(duudlaga: Command, home: Path) -> None:
    _keep(home, "anu-clinic", Entry("call_offered", _AT))
    last = _keep(home, "bold-shop", Entry("call_offered", _AT + 1))
    rows = json.loads(duudlaga("calls", "--json", "--limit", "1").stdout)
    assert [row["id"] for row in rows] == [last]


def test_one_client_sees_no_other_clients_calls(duudlaga: Command, home: Path) -> None:
    mine = _keep(home, "anu-clinic", Entry("call_offered", _AT))
    _keep(home, "bold-shop", Entry("call_offered", _AT + 1))
    rows = json.loads(duudlaga("calls", "--json", "--client", "anu-clinic").stdout)
    assert [row["id"] for row in rows] == [mine]


def test_a_call_that_goes_on_has_no_outcome_yet(duudlaga: Command, home: Path) -> None:
    _keep(home, "anu-clinic", Entry("call_offered", _AT, {"caller_raw": "Anonymous"}))
    (row,) = json.loads(duudlaga("calls", "--json").stdout)
    assert row["caller"] == "Anonymous"
    assert row["outcome"] is row["ended_at"] is row["agent"] is row["recording"] is None


def test_a_recording_without_sound_breaks_neither_the_list_nor_its_call(
    duudlaga: Command, home: Path, answered: str
) -> None:
    soundless = _keep(
        home,
        "anu-clinic",
        Entry("call_offered", _AT + 1),
        Entry("recording_stored", _AT + 2, {"path": None, "seconds": 0.0}),
        Entry("recording_stored", _AT + 3),
    )
    rows = json.loads(duudlaga("calls", "--json").stdout)
    assert [row["id"] for row in rows] == [soundless, answered]
    assert rows[0]["recording"] is None
    assert duudlaga("calls", "--call", soundless).exit_code == 0


@pytest.mark.parametrize("spoiled", ["{", "[]", "null"])
def test_a_spoiled_line_hides_no_other_call(
    duudlaga: Command, home: Path, answered: str, spoiled: str
) -> None:
    other = _keep(home, "anu-clinic", Entry("call_offered", _AT + 1), Entry("talk_started", _AT))
    with closing(sqlite3.connect(home / "journal.db")) as journal, journal:
        journal.execute("UPDATE entries SET data = ? WHERE call = ?", (spoiled, other))
    rows = json.loads(duudlaga("calls", "--json").stdout)
    assert [row["id"] for row in rows] == [other, answered]
    assert duudlaga("calls", "--call", other).exit_code == 0


def test_the_story_of_a_call_is_told_in_the_order_of_time(duudlaga: Command, answered: str) -> None:
    lines = duudlaga("calls", "--call", answered).stdout.splitlines()
    assert "+97699112233 (Бат) calls +97670110001." in lines[0]
    assert "The call ends, answered; ended by the caller." in lines[3]
    assert "recording" in lines[4]


def test_the_story_is_json_too(duudlaga: Command, answered: str) -> None:
    (row,) = json.loads(duudlaga("calls", "--call", answered, "--json").stdout)
    assert row["id"] == answered
    assert [entry["kind"] for entry in row["entries"]][:2] == ["call_offered", "talk_started"]
    assert row["entries"][1]["at"] == "2025-11-22T08:26:49.500Z"


def test_an_unknown_call_is_a_failure(duudlaga: Command, home: Path) -> None:
    _keep(home, "anu-clinic", Entry("call_offered", _AT))
    result = duudlaga("calls", "--call", str(uuid.uuid4()))
    assert result.exit_code == 1
    assert "There is no call" in result.stderr


def test_calls_are_found_without_postgres_too(duudlaga: Command, answered: str, home: Path) -> None:
    _keep(home, "anu-clinic", Entry("call_offered", _AT + 1, {"caller_number": "+97688001122"}))
    filters = (
        ("--outcome", "answered"),
        ("--agent", "bold"),
        ("--caller", "99112233"),
        ("--caller", "+97699112233", "--limit", "1"),
    )
    for each in filters:
        rows = json.loads(duudlaga("calls", "--json", *each).stdout)
        assert [row["id"] for row in rows] == [answered], each
    assert json.loads(duudlaga("calls", "--json", "--day", "2025-11-21").stdout) == []
    assert len(json.loads(duudlaga("calls", "--json", "--day", "2025-11-22").stdout)) == 2


def test_a_client_that_is_not_there_is_no_empty_list(duudlaga: Command) -> None:
    result = duudlaga("calls", "--client", "nobody")
    assert result.exit_code == 1
    assert "There is no client nobody" in result.stderr


def test_a_home_without_a_journal_has_no_calls(duudlaga: Command, home: Path) -> None:
    result = duudlaga("calls")
    assert result.exit_code == 0
    assert "No calls yet." in result.stdout
    assert not (home / "journal.db").exists()
