"""What was published is what a call finds, and a damaged disk does not stop the calls."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from ari_app.snapshot.publish import KEPT_VERSIONS, publish
from ari_app.snapshot.reader import Contact, Route, Snapshot, SnapshotError
from ari_app.store.database import Connection, transaction
from ari_app.store.importing import import_documents
from tests.store.anu_clinic import AGENTS, ANU_CLINIC

real = pytest.mark.real


@pytest.fixture
def published(tmp_path: Path, writer: Connection) -> Path:
    source = tmp_path / "source"
    (source / "audio").mkdir(parents=True)
    (source / "audio" / "menu.wav").write_bytes(b"RIFF")
    (source / "anu.yaml").write_text(ANU_CLINIC, encoding="utf-8")
    (source / "agents.yaml").write_text(AGENTS, encoding="utf-8")
    import_documents(writer, [source])
    directory = tmp_path / "snapshot"
    publish(writer, directory)
    return directory


def rename_client(writer: Connection, name: str) -> None:
    with transaction(writer) as cursor:
        cursor.execute("UPDATE clients SET name = %s", (name,))


@real
def test_a_call_finds_all_that_it_needs(published: Path) -> None:
    snapshot = Snapshot.open(published)
    route = snapshot.route("97670110001")
    assert route == Route("+97670110001", "anu-clinic", "main")
    bundle = snapshot.bundle(route.client, route.flow)
    assert (bundle["client"], bundle["flow"], bundle["revision"]) == ("anu-clinic", "main", 1)
    assert (bundle["timezone"], bundle["language"]) == ("Asia/Ulaanbaatar", "mn")
    assert (bundle["short_abandon_seconds"], bundle["record"]) == (5, True)
    assert (bundle["fallback_queue"], bundle["subflows"]) == ("reception", {})
    assert bundle["definition"]["nodes"]["menu"]["exits"]["1"] == "reception"
    assert snapshot.bundle("anu-clinic", "main") is bundle
    assert snapshot.agents["saraa"] == {
        "name": "Сараа", "ready_on_register": False, "ring_seconds": 15,
        "simulated_phone": False,
        "clients": {"anu-clinic": 3},
    }  # fmt: skip
    queue = snapshot.queue("anu-clinic", "reception")
    assert queue == {
        "strategy": "longest_idle", "ring_seconds": 20, "wrap_up_seconds": 20, "max_waiting": 0,
        "weight": 2.0, "music": "default",
    }  # fmt: skip
    prompts = snapshot.clients["anu-clinic"]["prompts"]
    assert prompts["welcome"] == {"mn": "clients/anu-clinic/mn/welcome"}


@real
def test_holidays_are_dates_by_now_and_the_clients_own_exception_stands(published: Path) -> None:
    calendar = Snapshot.open(published).bundle("anu-clinic", "main")["calendars"]["main"]
    exceptions = {each["date"]: each["hours"] for each in calendar["exceptions"]}
    assert exceptions["2026-12-31"] == ["09:00-13:00"]
    assert sum(date.endswith("-01-01") for date in exceptions) >= 2
    assert "holidays" not in calendar


@real
@pytest.mark.parametrize(
    "written", ["+97670110001", "+976 7011-0001", "97670110001", "70110001", "0097670110001"]
)
def test_a_number_is_found_however_the_trunk_writes_it(published: Path, written: str) -> None:
    assert Snapshot.open(published).route(written) == Route("+97670110001", "anu-clinic", "main")


@real
@pytest.mark.parametrize("written", ["", "+97670110002", "110001", "s", "${SHELL(id)}"])
def test_other_peoples_numbers_are_not_found(published: Path, written: str) -> None:
    assert Snapshot.open(published).route(written) is None


@real
def test_publishing_the_same_again_makes_no_new_version(
    published: Path, writer: Connection
) -> None:
    snapshot = Snapshot.open(published)
    assert publish(writer, published) == snapshot.version
    assert not snapshot.changed()


@real
def test_a_reader_notices_the_next_version_and_keeps_its_own(
    published: Path, writer: Connection
) -> None:
    snapshot = Snapshot.open(published)
    rename_client(writer, "Renamed")
    publish(writer, published)
    assert snapshot.changed()
    assert snapshot.clients["anu-clinic"]["name"] == "Ану эмнэлэг"
    assert Snapshot.open(published).clients["anu-clinic"]["name"] == "Renamed"


@real
def test_old_versions_are_removed(published: Path, writer: Connection) -> None:
    for number in range(5):
        rename_client(writer, f"Name {number}")
        publish(writer, published)
    assert len(list(published.glob("[0-9]*"))) == KEPT_VERSIONS
    assert Snapshot.open(published).clients["anu-clinic"]["name"] == "Name 4"


@real
@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_version_gives_way_to_the_one_before(
    published: Path, writer: Connection, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    rename_client(writer, "Renamed")
    version = publish(writer, published)
    house = published / version / "house.json"
    if damage == "cut":
        house.write_bytes(house.read_bytes()[:100])
    elif damage == "changed":
        house.write_bytes(house.read_bytes().replace(b"Renamed", b"Removed"))
    else:
        house.unlink()
    with caplog.at_level(logging.ERROR):
        snapshot = Snapshot.open(published)
    assert snapshot.clients["anu-clinic"]["name"] == "Ану эмнэлэг"
    assert f"{version} cannot be used" in caplog.text


@real
def test_a_version_damaged_on_the_disk_is_published_anew(
    published: Path, writer: Connection
) -> None:
    damaged = (published / "current").readlink().name
    for house in published.glob("*/house.json"):
        house.write_text("{")
    assert publish(writer, published) != damaged
    assert Snapshot.open(published).clients["anu-clinic"]["name"] == "Ану эмнэлэг"


def test_nothing_published_yet_is_said(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=str(tmp_path)):
        Snapshot.open(tmp_path)


@real
def test_a_vip_is_known_and_a_stranger_is_not(
    published: Path, writer: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(writer) as cursor:
        cursor.execute(
            """INSERT INTO contacts (client_id, number, name, vip)
               VALUES ('anu-clinic', '+97699112233', 'Дорж', true)"""
        )
    publish(writer, published)
    snapshot = Snapshot.open(published)
    vip = Contact(known=True, vip=True, blocked=False, name="Дорж")
    assert snapshot.contact("anu-clinic", "+97699112233") == vip
    assert snapshot.contact("anu-clinic", "+97699112234") is None
    assert snapshot.contact("tavan-bank", "+97699112233") is None
    snapshot.close()
    (snapshot.directory / "contacts.db").write_bytes(b"damaged" * 1000)
    assert snapshot.contact("anu-clinic", "+97699112233") is None
    assert "cannot be read" in caplog.text


def test_the_reader_needs_the_standard_library_alone() -> None:
    # -S leaves the installed packages out.
    program = "import ari_app.snapshot.reader, ari_app.journal.store"
    subprocess.run([sys.executable, "-S", "-c", program], check=True)
