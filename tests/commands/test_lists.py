"""Messages, callbacks, callers and calls are listed and marked, and who goes is taken out."""

import json
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ari_app.journal.arrived import Arrived
from ari_app.journal.ship import ship
from ari_app.snapshot.reader import Snapshot
from ari_app.store.database import Connection, as_client, connect
from ari_app.store.roles import APP
from tests.commands.clinic import CLINIC
from tests.commands.conftest import Command
from tests.store.database_fixtures import TestDatabase

pytestmark = pytest.mark.real

_AT = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # the 23rd in Ulaanbaatar
_CALLER = "+97699112233"
Happen = Callable[..., str]


@pytest.fixture(autouse=True)
def _two_clients(
    duudlaga: Command, database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"host={database.server.directory} dbname={database.name}"
    monkeypatch.setenv("DUUDLAGA_POSTGRES_DSN", address)
    folder = tmp_path / "clients"
    folder.mkdir()
    shop = CLINIC.replace("anu-clinic", "nomin").replace("70110001", "70110002")
    (folder / "anu-clinic.yaml").write_text(CLINIC + "agents: {bold: 5}\n", encoding="utf-8")
    (folder / "nomin.yaml").write_text(shop + "agents: {bold: 1}\n", encoding="utf-8")
    (folder / "house.yaml").write_text("agents: {bold: {name: Болд}}\n", encoding="utf-8")
    result = duudlaga("client", "import", folder)
    assert result.exit_code == 0, result.output


@pytest.fixture
def happen(writer: Connection) -> Happen:
    """Put a call on record, `happen(("talk_started", {…}), client=…)`; return its id."""
    seqs = iter(range(1, 1000))

    def put(
        *facts: tuple[str, dict[str, Any]],
        client: str = "anu-clinic",
        caller: str = _CALLER,
        at: datetime = _AT,
    ) -> str:
        call = str(uuid.uuid4())
        offered = ("call_offered", {"number": "+97670110001", "caller_number": caller})
        entries = [
            Arrived("node", next(seqs), call, client, kind, at + timedelta(seconds=n), data)
            for n, (kind, data) in enumerate([offered, *facts])
        ]
        ship(writer, "node", entries)
        return call

    return put


def _left(recording: str, kind: str, *, stored: bool) -> list[tuple[str, dict[str, Any]]]:
    facts: list[tuple[str, dict[str, Any]]] = [
        ("recording_expected", {"recording": recording, "kind": kind}),
        ("message_left", {"recording": recording, "kind": kind, "seconds": 7.25}),
        ("call_ended", {"outcome": kind, "by": "caller"}),
    ]
    if stored:
        sound = {"path": f"{recording}.ogg", "sha256": "0", "bytes": 1, "seconds": 7.0}
        facts.append(("recording_stored", {"recording": recording, "kind": kind, **sound}))
    return facts


def _json(result: Any) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_messages_are_listed_with_their_files(
    duudlaga: Command, happen: Happen, home: Path
) -> None:
    first = happen(*_left("r-1", "message", stored=True))
    # A take that the caller did not keep is no message.
    discarded = ("recording_expected", {"recording": "r-0", "kind": "voicemail"})
    second = happen(
        discarded, *_left("r-2", "voicemail", stored=False), client="nomin", at=_AT + timedelta(1)
    )
    rows = _json(duudlaga("messages", "--json"))
    assert [row["call"] for row in rows] == [second, first]
    assert rows[0]["file"] is None
    assert rows[1] == {
        "call": first,
        "client": "anu-clinic",
        "number": "+97670110001",
        "caller": _CALLER,
        "kind": "message",
        "left_at": "2026-11-22T17:30:02.000Z",
        "seconds": 7.0,
        "file": str(home / "recordings" / "r-1.ogg"),
    }
    shown = duudlaga("messages").stdout
    assert "2026-11-23 01:30:02" in shown
    assert len(_json(duudlaga("messages", "--json", "--client", "nomin"))) == 1


def test_callbacks_say_since_when_and_why(duudlaga: Command, happen: Happen) -> None:
    missed = ("call_ended", {"outcome": "abandoned", "by": "caller"})
    first = happen(missed)
    happen(missed, at=_AT + timedelta(minutes=5))
    happen(missed, client="nomin")
    (row,) = _json(duudlaga("callbacks", "--json", "--client", "anu-clinic"))
    assert (row["id"], row["number"], row["misses"], row["reason"]) == (first, _CALLER, 2, "missed")
    assert row["waiting_since"] == "2026-11-22T17:30:01.000Z"
    shown = duudlaga("callbacks").stdout
    assert "missed call" in shown
    assert "2026-11-23 01:30:01" in shown


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([], {"talked", "missed", "shop"}),
        (["--client", "anu-clinic"], {"talked", "missed"}),
        (["--day", "2026-11-23"], {"talked", "shop"}),
        (["--day", "2026-11-24"], {"missed"}),
        (["--caller", "88001122"], {"shop"}),
        (["--agent", "bold"], {"talked"}),
        (["--outcome", "abandoned"], {"missed", "shop"}),
        (["--outcome", "abandoned", "--client", "nomin"], {"shop"}),
        (["--outcome", "cut"], set()),
    ],
)
def test_calls_are_found_by_what_is_known_of_them(
    duudlaga: Command, happen: Happen, filters: list[str], found: set[str]
) -> None:
    ended = ("call_ended", {"outcome": "abandoned", "by": "caller"})
    talk = ("talk_started", {"leg": "leg-1", "agent": "bold"})
    names = {
        happen(talk, ("call_ended", {"outcome": "answered", "by": "caller"})): "talked",
        happen(ended, at=_AT + timedelta(1)): "missed",
        happen(ended, client="nomin", caller="+97688001122"): "shop",
    }
    rows = _json(duudlaga("calls", "--json", *filters))
    assert {names[row["id"]] for row in rows} == found


def test_times_in_the_list_are_the_clients(duudlaga: Command, happen: Happen) -> None:
    call = happen()
    assert "2026-11-23 01:30:00" in duudlaga("calls").stdout
    assert duudlaga("calls", "--call", call).stdout.startswith("01:30:00.0")


def test_what_is_nobodys_is_on_the_clock_of_the_house(duudlaga: Command, happen: Happen) -> None:
    call = happen(client="house")
    assert "2026-11-23 01:30:00" in duudlaga("calls").stdout
    assert duudlaga("calls", "--call", call).stdout.startswith("01:30:00.0")
    assert call in duudlaga("calls", "--day", "2026-11-23", "--json").stdout
    assert call not in duudlaga("calls", "--day", "2026-11-22", "--json").stdout


def test_times_of_several_clocks_in_one_list_name_them(
    duudlaga: Command, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUUDLAGA_TIMEZONE", "Europe/Berlin")
    happen()
    happen(client="house")
    shown = duudlaga("calls").stdout
    assert "2026-11-23 01:30:00 +0800" in shown
    assert "2026-11-22 18:30:00 +0100" in shown
    assert "+0800" not in duudlaga("calls", "--client", "anu-clinic").stdout


def test_a_refused_call_is_not_cut_off_by_a_crash(duudlaga: Command, happen: Happen) -> None:
    why = {"reason": "codec", "status": 488, "offers": "G729"}
    call = happen(("call_ended", {"outcome": "refused", "by": "pbx", **why}))
    shown = duudlaga("calls", "--outcome", "refused").stdout
    assert "refused: codec" in shown
    assert "татгалзсан: кодек" in duudlaga("--language", "mn", "calls").stdout
    assert "we have none of its codecs (G729)" in duudlaga("calls", "--call", call).stdout
    assert "кодек" in duudlaga("--language", "mn", "calls", "--call", call).stdout
    assert " refused " in duudlaga("callbacks").stdout
    row = json.loads(duudlaga("calls", "--json").stdout)[0]
    assert (row["outcome"], row["reason"]) == ("refused", "codec")


@pytest.mark.parametrize("command", ["calls", "messages", "callbacks"])
def test_a_client_that_is_not_there_is_named_with_those_that_are(
    duudlaga: Command, command: str
) -> None:
    result = duudlaga(command, "--client", "nobody")
    assert result.exit_code == 1
    assert result.stderr == "There is no client nobody; there are: anu-clinic, nomin.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["calls", "--agent", "nobody"],
        ["agent", "phone", "nobody"],
        ["agent", "state", "nobody", "ready"],
        ["agent", "remove", "nobody", "--yes"],
    ],
)
def test_an_agent_who_is_not_there_is_named(duudlaga: Command, arguments: list[str]) -> None:
    result = duudlaga(*arguments)
    assert result.exit_code == 1
    assert result.stderr == "The house has no agent nobody; it has: bold.\n"


def test_a_caller_is_blocked_and_preferred_for_one_client_alone(
    duudlaga: Command, home: Path, database: TestDatabase
) -> None:
    result = duudlaga("caller", "block", "9911 2233", "--client", "anu-clinic")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{_CALLER} is blocked at anu-clinic from the next call on.\n"
    duudlaga("caller", "vip", "88001122", "--client", "anu-clinic")
    house = Snapshot.open(home / "snapshot")
    blocked, other = (house.contact(client, _CALLER) for client in ("anu-clinic", "nomin"))
    assert blocked is not None
    assert (blocked.blocked, blocked.vip, blocked.known) == (True, False, False)
    assert other is None
    with closing(connect(database.dsn(APP), "test")) as app, as_client(app, "nomin") as cursor:
        cursor.execute("SELECT count(*) FROM contacts")
        assert cursor.fetchone()[0] == 0
    rows = _json(duudlaga("caller", "list", "--client", "anu-clinic", "--blocked", "--json"))
    assert [(row["number"], row["blocked"], row["calls"]) for row in rows] == [(_CALLER, True, 0)]
    duudlaga("caller", "unblock", _CALLER, "--client", "anu-clinic")
    contact = Snapshot.open(home / "snapshot").contact("anu-clinic", _CALLER)
    assert contact is not None
    assert not contact.blocked
    again = duudlaga("caller", "unblock", _CALLER, "--client", "anu-clinic")
    assert "It was so before." in again.stdout


def test_what_is_no_number_is_not_blocked(duudlaga: Command) -> None:
    result = duudlaga("caller", "block", "Бат", "--client", "anu-clinic")
    assert result.exit_code == 1
    assert result.stderr.startswith("Бат is no telephone number.")


def test_a_client_is_removed_and_its_calls_stay(
    duudlaga: Command, happen: Happen, home: Path
) -> None:
    call = happen(("call_ended", {"outcome": "abandoned", "by": "caller"}))
    refused = duudlaga("client", "remove", "anu-clinic", typed="n\n")
    assert refused.exit_code == 1
    assert "+97670110001" in refused.stdout
    assert "calls: 1, recordings: 0, callbacks that are still owed: 1" in refused.stdout
    assert (home / "prompts/clients/anu-clinic").is_dir()
    result = duudlaga("client", "remove", "anu-clinic", "--yes")
    assert result.exit_code == 0, result.output
    house = Snapshot.open(home / "snapshot")
    assert list(house.clients) == ["nomin"]
    assert house.route("70110001") is None
    assert not (home / "prompts/clients/anu-clinic").exists()
    rows = _json(duudlaga("calls", "--json", "--client", "anu-clinic"))
    assert [row["id"] for row in rows] == [call]
    assert [row["client"] for row in _json(duudlaga("client", "list", "--json"))] == ["nomin"]


def test_a_client_with_a_live_call_is_not_removed(duudlaga: Command, happen: Happen) -> None:
    happen(at=datetime.now(UTC))
    result = duudlaga("client", "remove", "anu-clinic", "--yes")
    assert result.exit_code == 1
    assert result.stderr == "anu-clinic has 1 live calls: remove it when they have ended.\n"
    assert len(_json(duudlaga("client", "list", "--json"))) == 2
