"""A client goes out and comes in again, whole; what is checked is what an import would refuse."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import yaml

from ari_app.media.sound import Sound, read_sound
from ari_app.store.roles import WRITER
from tests.commands.clinic import CLINIC
from tests.commands.conftest import Command
from tests.store.database_fixtures import TestDatabase

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("use_database")]


def test_an_archive_comes_in_again_and_goes_out_the_same(
    duudlaga: Command, clinic: Path, home: Path, tmp_path: Path, database: TestDatabase
) -> None:
    """Spoken, recorded in a file of the document, and brought in over a spoken text."""
    document = clinic / "anu-clinic.yaml"
    recorded = yaml.safe_load(document.read_text(encoding="utf-8"))
    recorded["prompts"]["menu"] = {"mn": {"file": "menu.wav"}}
    recorded["prompts"]["bye"] = {"mn": {"text": "Баяртай"}}
    document.write_text(yaml.safe_dump(recorded, allow_unicode=True), encoding="utf-8")
    Sound.tones((440, 1.0)).write(clinic / "menu.wav")
    Sound.tones((700, 1.5)).write(tmp_path / "mine.wav")
    assert duudlaga("client", "import", clinic).exit_code == 0
    duudlaga("prompt", "import", "anu-clinic", "welcome", tmp_path / "mine.wav")
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    result = duudlaga("client", "export", "anu-clinic", "--archive", first)
    assert result.stdout == f"{first}: the client, with its recordings: 2.\n"
    kept = {each.name: each.read_bytes() for each in home.rglob("clients/*/mn/*.wav")}

    assert "in order" in duudlaga("flow", "validate", first).stdout
    shutil.rmtree(home / "prompts" / "clients")
    with closing(psycopg2.connect(database.dsn(WRITER))) as connection, connection:
        connection.cursor().execute("DELETE FROM prompts")
    result = duudlaga("client", "import", first)
    assert result.exit_code == 0, result.output
    duudlaga("client", "export", "anu-clinic", "--archive", second)
    assert second.read_bytes() == first.read_bytes()
    again = {each.name: each for each in home.rglob("clients/*/mn/*.wav")}
    assert again.keys() == kept.keys()
    for name, file in again.items():
        (tmp_path / name).write_bytes(kept[name])
        assert read_sound(file) == read_sound(tmp_path / name), name


def test_a_document_alone_comes_in_again_where_its_recordings_are(
    duudlaga: Command, clinic: Path, home: Path, tmp_path: Path
) -> None:
    duudlaga("client", "import", clinic)
    Sound.tones((700, 1.5)).write(tmp_path / "mine.wav")
    duudlaga("prompt", "import", "anu-clinic", "welcome", tmp_path / "mine.wav")
    sound = (home / "prompts/clients/anu-clinic/mn/welcome.wav").read_bytes()
    exported = duudlaga("client", "export", "anu-clinic")
    assert "Prompts that are recordings: 1." in exported.stderr
    again = tmp_path / "again.yaml"
    again.write_text(exported.stdout, encoding="utf-8")
    assert "in order" in duudlaga("flow", "validate", again).stdout
    result = duudlaga("client", "import", again)
    assert result.exit_code == 0, result.output
    assert (home / "prompts/clients/anu-clinic/mn/welcome.wav").read_bytes() == sound
    assert duudlaga("client", "export", "anu-clinic").stdout == exported.stdout
    (home / "prompts/clients/anu-clinic/mn/welcome.wav").unlink()
    refused = duudlaga("client", "import", again)
    assert refused.exit_code == 1
    assert "there is no file sounds/mn/welcome.wav beside the document." in refused.stderr


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:20])


def _scribbled(file: Path) -> None:
    file.write_bytes(b"a letter, no sound" * 9)


@pytest.mark.parametrize("harm", [_emptied, _cut, _scribbled])
def test_a_recording_that_cannot_be_read_is_named_and_holds_up_no_export(
    duudlaga: Command, clinic: Path, home: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    duudlaga("client", "import", clinic)
    Sound.tones((700, 1.5)).write(tmp_path / "mine.wav")
    duudlaga("prompt", "import", "anu-clinic", "welcome", tmp_path / "mine.wav")
    harm(home / "prompts/clients/anu-clinic/mn/welcome.wav")
    exported = duudlaga("client", "export", "anu-clinic")
    assert exported.exit_code == 0, exported.output
    assert yaml.safe_load(exported.stdout)["client"] == "anu-clinic"
    assert "cannot be read, import them anew: welcome (mn)" in exported.stderr
    refused = duudlaga("client", "export", "anu-clinic", "--archive", tmp_path / "anu.zip")
    assert refused.exit_code == 1
    assert "import them anew: welcome (mn)" in refused.stderr
    assert not (tmp_path / "anu.zip").exists()


def test_a_yml_file_in_a_folder_is_taken(duudlaga: Command, clinic: Path) -> None:
    (clinic / "house.yaml").rename(clinic / "house.yml")
    result = duudlaga("client", "import", clinic)
    assert result.exit_code == 0, result.output
    assert "bold: imported." in result.stdout


def test_validate_and_a_dry_run_say_the_same(
    duudlaga: Command, clinic: Path, tmp_path: Path
) -> None:
    duudlaga("client", "import", clinic)
    other = CLINIC.replace("client: anu-clinic", "client: other").replace(
        "  welcome: {mn: {text: Ану эмнэлэгт тавтай морил}}",
        "  welcome: {ru: {text: Здравствуйте}, mn: {file: gone.wav}}",
    )
    (tmp_path / "other.yaml").write_text(other + "agents: {bald: 5}\n", encoding="utf-8")
    validated = duudlaga("flow", "validate", tmp_path / "other.yaml")
    tried = duudlaga("client", "import", "--dry-run", tmp_path / "other.yaml")
    imported = duudlaga("client", "import", tmp_path / "other.yaml")
    errors = [
        line.removeprefix("error: ")
        for line in validated.stdout.splitlines()
        if line.startswith("error: ")
    ]
    assert len(errors) == 3
    assert tried.stderr.splitlines() == imported.stderr.splitlines() == errors
    assert json.loads(duudlaga("client", "list", "--json").stdout)[0]["client"] == "anu-clinic"
