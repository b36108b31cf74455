"""Clients come in from documents and go out again; the history answers `calls`."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ari_app.journal.arrived import Arrived
from ari_app.journal.ship import ship
from ari_app.media.sound import Sound
from ari_app.snapshot.reader import Snapshot
from ari_app.store import clients
from ari_app.store.database import Connection
from tests.commands.clinic import CLINIC
from tests.commands.conftest import Command
from tests.store.database_fixtures import TestDatabase

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("use_database")]

_AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def test_a_client_is_imported_spoken_and_published(
    duudlaga: Command, clinic: Path, home: Path
) -> None:
    result = duudlaga("client", "import", clinic)
    assert result.exit_code == 0, result.output
    assert "anu-clinic: imported." in result.stdout
    assert "flow main is now revision 1" in result.stdout
    assert (home / "prompts/clients/anu-clinic/mn/welcome.wav").is_file()
    assert Snapshot.open(home / "snapshot").route("70110001") is not None


def test_the_same_document_again_changes_nothing(duudlaga: Command, clinic: Path) -> None:
    duudlaga("client", "import", clinic)
    result = duudlaga("client", "import", clinic)
    assert "revision" not in result.stdout
    assert "Prompts made" not in result.stdout


def test_a_sound_that_was_lost_is_made_again(duudlaga: Command, clinic: Path, home: Path) -> None:
    duudlaga("client", "import", clinic)
    sound = home / "prompts/clients/anu-clinic/mn/welcome.wav"
    sound.unlink()
    assert "Prompts made: 1." in duudlaga("client", "import", clinic).stdout
    assert sound.is_file()


def test_a_dry_run_checks_and_changes_nothing(duudlaga: Command, clinic: Path, home: Path) -> None:
    result = duudlaga("client", "import", "--dry-run", clinic)
    assert result.exit_code == 0
    assert "anu-clinic: in order, it would be imported." in result.stdout
    assert "flow main would become revision 1." in result.stdout
    assert "Nothing was changed." in result.stdout
    assert "imported.\n" not in result.stdout.replace("it would be imported.\n", "")
    assert json.loads(duudlaga("client", "list", "--json").stdout) == []
    assert not (home / "snapshot").exists()


def test_a_mistake_is_named_and_nothing_is_imported(duudlaga: Command, clinic: Path) -> None:
    (clinic / "anu-clinic.yaml").write_text(CLINIC.replace("{done: menu}", "{done: lost}"))
    result = duudlaga("client", "import", clinic)
    assert result.exit_code == 1
    assert "lost" in result.stderr
    assert json.loads(duudlaga("client", "list", "--json").stdout) == []


def test_clients_are_listed_with_the_documented_fields(duudlaga: Command, clinic: Path) -> None:
    duudlaga("client", "import", clinic)
    assert json.loads(duudlaga("client", "list", "--json").stdout) == [
        {
            "client": "anu-clinic",
            "name": "Ану эмнэлэг",
            "language": "mn",
            "timezone": "Asia/Ulaanbaatar",
            "numbers": ["+97670110001"],
            "flows": ["main"],
            "queues": ["reception"],
        }
    ]


def test_what_is_exported_can_be_imported(duudlaga: Command, clinic: Path, tmp_path: Path) -> None:
    duudlaga("client", "import", clinic)
    exported = duudlaga("client", "export", "anu-clinic").stdout
    assert yaml.safe_load(exported)["flows"]["main"]["start"] == "welcome"
    again = tmp_path / "again.yaml"
    again.write_text(exported, encoding="utf-8")
    result = duudlaga("client", "import", again)
    assert result.exit_code == 0, result.output
    assert "revision" not in result.stdout


def test_an_unknown_client_cannot_be_exported(duudlaga: Command) -> None:
    result = duudlaga("client", "export", "nobody")
    assert result.exit_code == 1
    assert "nobody" in result.stderr


def test_calls_come_from_the_history(duudlaga: Command, writer: Connection, home: Path) -> None:
    call = str(uuid.uuid4())
    facts: list[tuple[str, dict[str, object]]] = [
        ("call_offered", {"number": "+97670110001", "caller_number": "+97699112233"}),
        ("talk_started", {"leg": f"{call}-1-1", "agent": "bold"}),
        (
            "recording_stored",
            {
                "recording": f"{call}-1", "kind": "talk", "path": "anu/r.ogg",
                "peaks": "anu/r.peaks.json", "sha256": "0", "bytes": 1, "seconds": 1.0,
            },
        ),
        ("call_ended", {"outcome": "answered", "by": "caller"}),
    ]  # fmt: skip
    entries = [
        Arrived("node", seq, call, "anu-clinic", kind, _AT, data)
        for seq, (kind, data) in enumerate(facts, start=1)
    ]
    ship(writer, "node", entries)
    result = duudlaga("calls", "--json")
    assert result.stderr == ""
    assert json.loads(result.stdout) == [
        {
            "id": call,
            "client": "anu-clinic",
            "number": "+97670110001",
            "caller": "+97699112233",
            "outcome": "answered",
            "reason": None,
            "offered_at": "2026-11-22T06:00:00.000Z",
            "answered_at": "2026-11-22T06:00:00.000Z",
            "ended_at": "2026-11-22T06:00:00.000Z",
            "agent": "bold",
            "recording": str(home / "recordings" / "anu/r.ogg"),
        }
    ]
    assert "calls +97670110001" in duudlaga("calls", "--call", call).stdout
    assert duudlaga("rebuild").stdout.endswith("entries: 4.\n")


def test_a_database_of_this_version_has_nothing_to_migrate(duudlaga: Command) -> None:
    assert "up to date" in duudlaga("migrate").stdout


def test_a_new_agents_phone_can_register_at_once(
    duudlaga: Command, clinic: Path, home: Path
) -> None:
    simulated = "agents: {bold: {name: Болд, simulated_phone: true}}\n"
    (clinic / "house.yaml").write_text(simulated, encoding="utf-8")
    duudlaga("client", "import", clinic)
    account = json.loads(duudlaga("agent", "phone", "bold", "--json").stdout)
    assert account["password"] in (home / "etc/outside/agents.inc").read_text()


def test_a_prompt_that_was_a_recording_is_spoken_when_its_document_says_so(
    duudlaga: Command, clinic: Path, home: Path
) -> None:
    document = clinic / "anu-clinic.yaml"
    spoken = document.read_text(encoding="utf-8")
    Sound.tones((440, 1.0)).write(clinic / "tone.wav")
    recorded = yaml.safe_load(spoken)
    recorded["prompts"]["welcome"] = {"mn": {"file": "tone.wav"}}
    document.write_text(yaml.safe_dump(recorded, allow_unicode=True), encoding="utf-8")
    duudlaga("client", "import", clinic)
    sound = home / "prompts/clients/anu-clinic/mn/welcome.wav"
    as_recorded = sound.read_bytes()
    document.write_text(spoken, encoding="utf-8")
    duudlaga("client", "import", clinic)
    assert sound.read_bytes() != as_recorded


def test_a_recording_of_ones_own_stands_whatever_is_imported_later(
    duudlaga: Command, clinic: Path, home: Path, tmp_path: Path
) -> None:
    duudlaga("client", "import", clinic)
    Sound.tones((440, 1.0)).write(tmp_path / "tone.wav")
    result = duudlaga("prompt", "import", "anu-clinic", "welcome", tmp_path / "tone.wav")
    assert result.exit_code == 0, result.output
    sound = home / "prompts/clients/anu-clinic/mn/welcome.wav"
    mine = sound.read_bytes()
    document = clinic / "anu-clinic.yaml"
    text = document.read_text(encoding="utf-8")
    changed = yaml.safe_load(text)
    changed["prompts"]["welcome"] = {"mn": {"text": "Өөр үг"}}
    document.write_text(yaml.safe_dump(changed, allow_unicode=True), encoding="utf-8")
    duudlaga("client", "import", clinic)
    assert sound.read_bytes() == mine


@pytest.mark.parametrize(
    ("client", "prompt", "words"),
    [
        ("nobody", "welcome", "There is no client nobody; there are: anu-clinic."),
        ("anu-clinic", "welcom", "has no prompt welcom; it has: "),
        ("../etc", "welcome", "There is no client ../etc"),
    ],
)
def test_a_recording_for_a_prompt_that_nobody_plays_is_refused(
    duudlaga: Command, clinic: Path, home: Path, client: str, prompt: str, words: str
) -> None:
    duudlaga("client", "import", clinic)
    before = sorted(home.rglob("*.wav"))
    result = duudlaga("prompt", "import", client, prompt, clinic / "anu-clinic.yaml")
    assert result.exit_code == 1
    assert words in result.stderr
    assert sorted(home.rglob("*.wav")) == before


def test_a_recording_in_a_language_that_the_client_lacks_is_refused_by_name(
    duudlaga: Command, clinic: Path, home: Path, tmp_path: Path
) -> None:
    duudlaga("client", "import", clinic)
    Sound.tones((440, 1.0)).write(tmp_path / "tone.wav")
    before = sorted(home.rglob("*.wav"))
    recording = ("prompt", "import", "anu-clinic", "welcome", tmp_path / "tone.wav", "--in", "ru")
    assert duudlaga(*recording).stderr == ("Client anu-clinic is heard in mn, and not in ru.\n")
    assert duudlaga("--language", "mn", *recording).stderr == (
        "anu-clinic байгууллагын залгагчид mn хэлээр сонсдог, ru хэлээр биш.\n"
    )
    assert sorted(home.rglob("*.wav")) == before


def test_a_recording_that_the_document_does_not_name_is_refused_for_no_export_would_have_it(
    duudlaga: Command, clinic: Path, home: Path, tmp_path: Path
) -> None:
    document = clinic / "anu-clinic.yaml"
    content = yaml.safe_load(document.read_text(encoding="utf-8"))
    flow = content["flows"]["main"]
    flow["nodes"]["which"] = {"type": "language", "language": "en", "exits": {"done": "welcome"}}
    flow["start"] = "which"
    document.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert duudlaga("client", "import", clinic).exit_code == 0
    Sound.tones((440, 1.0)).write(tmp_path / "tone.wav")
    before = sorted(home.rglob("*.wav"))
    recording = ("prompt", "import", "anu-clinic", "welcome", tmp_path / "tone.wav", "--in", "en")
    assert duudlaga(*recording).stderr == (
        "Client anu-clinic has the prompt welcome in mn, and not in en. Name it in the client's "
        "document, and import that: `en: {file: tone.wav}`.\n"
    )
    assert "mn хэлээр бий, en хэлээр алга" in duudlaga("--language", "mn", *recording).stderr
    assert sorted(home.rglob("*.wav")) == before


def test_what_the_document_does_not_name_any_more_is_heard_no_more(
    duudlaga: Command, clinic: Path, home: Path
) -> None:
    document = clinic / "anu-clinic.yaml"
    content = yaml.safe_load(document.read_text(encoding="utf-8"))
    without = document.read_text(encoding="utf-8")
    content["prompts"]["old"] = {"mn": {"text": "Хуучин"}}
    content["prompts"]["welcome"]["en"] = {"text": "Hello"}
    document.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    duudlaga("client", "import", clinic)
    sounds = [
        home / "prompts/clients/anu-clinic" / name for name in ("mn/old.wav", "en/welcome.wav")
    ]
    assert all(sound.is_file() for sound in sounds)
    document.write_text(without, encoding="utf-8")
    tried = duudlaga("client", "import", "--dry-run", clinic).stdout
    assert "to be moved to prompts/removed: 2." in tried
    assert all(sound.is_file() for sound in sounds)
    assert "are in prompts/removed now: 2." in duudlaga("client", "import", clinic).stdout
    assert not any(sound.exists() for sound in sounds)
    assert (home / "prompts/removed/anu-clinic/mn/old.wav").is_file()
    assert (home / "prompts/clients/anu-clinic/mn/welcome.wav").is_file()
    assert "removed" not in duudlaga("client", "import", clinic).stdout


def test_a_postgres_that_stops_in_the_middle_of_an_import_leaves_all_as_it_was(
    duudlaga: Command,
    clinic: Path,
    home: Path,
    database: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    duudlaga("client", "import", clinic)
    before = (home / "snapshot/current").readlink()
    document = clinic / "anu-clinic.yaml"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("Ану эмнэлэг", "Өөр нэр"), encoding="utf-8")
    save_client = clients.save_client

    def stop_after_saving(*arguments: Any) -> Any:
        saved = save_client(*arguments)
        database.server.stop()
        return saved

    monkeypatch.setattr(clients, "save_client", stop_after_saving)
    try:
        result = duudlaga("client", "import", clinic)
    finally:
        database.server.start()
    assert result.exit_code == 1
    assert result.stderr.startswith("Postgres is not reachable")
    assert (home / "snapshot/current").readlink() == before
    assert "Өөр нэр" not in duudlaga("client", "export", "anu-clinic").stdout
