"""The recorder tells of gaps in the ledger and of a disk that fills."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ari_app.health.recorder import RecorderHealth
from ari_app.media.ledger import STORED, VERIFIED, Ledger, LedgerRow
from ari_app.places import Places

ROW = LedgerRow("x-1", "anu-clinic", "x", "talk", 1000.0)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.load(home=tmp_path)


@pytest.fixture
def ledger(places: Places) -> Iterator[Ledger]:
    with Ledger(places.home / "recordings.db") as opened:
        yield opened


def test_an_announced_recording_without_a_file_is_a_gap(places: Places, ledger: Ledger) -> None:
    recent = replace(ROW, started_at=time.time() - 60)
    ledger.save(replace(recent, recording="x-5").moved(VERIFIED, missing=2.5))
    ledger.save(replace(recent, recording="x-6").moved(VERIFIED, missing=0.0))
    ledger.save(replace(ROW, recording="x-7").moved(VERIFIED, missing=9.0))  # of long ago
    ledger.save(recent.failed("Asterisk made no file for recording x-1.", 1010.0))
    ledger.save(replace(ROW, recording="x-2"))
    ledger.save(replace(ROW, recording="x-3").moved(VERIFIED))
    ledger.save(replace(ROW, recording="x-4").moved(STORED).failed("unlike what was stored", 1.0))
    report = RecorderHealth(places).report()
    assert report.figure("recordings") == {"expected": 2, "verified": 4, "stored": 1}
    assert report.figure("recordings_missing") == 3
    assert report.figure("recording_lost_seconds") == 2.5
    assert report.figure("recordings_failing") == 1
    assert report.figure("recording_oldest_open_seconds") > 1_000_000
    assert report.state == "ok"


def test_an_empty_ledger_has_no_gap(places: Places, ledger: Ledger) -> None:
    report = RecorderHealth(places).report()
    assert report.figure("recordings_missing") == 0
    assert report.figure("recording_oldest_open_seconds") == 0


def test_a_ledger_that_cannot_be_read_is_named(places: Places) -> None:
    (places.home / "recordings.db").write_text("this is no database, but long enough to be read")
    report = RecorderHealth(places).report()
    assert report.state == "down"
    assert "recordings.db" in next(d.reason for d in report.dependencies if d.name == "ledger")


def test_a_disk_that_is_nearly_full_is_told_before_it_is(
    places: Places, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100 * 2**20))
    report = RecorderHealth(places).report()
    assert report.state == "degraded"
    assert report.figure("disk_free_bytes") == 100 * 2**20


def test_a_disk_that_talks_under_way_would_fill_in_a_quarter_of_an_hour_is_told(
    places: Places, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=600 * 2**20))
    folder = places.monitor / "anu-clinic"
    folder.mkdir(parents=True)
    assert RecorderHealth(places).report().state == "ok"
    for side in ("caller", "agent"):
        (folder / f"x-1-{side}.sln48").touch()
    report = RecorderHealth(places).report()
    assert report.state == "degraded"
    (disk,) = (each for each in report.dependencies if each.name == "disk")
    assert disk.reason == "600 MB are free, and recordings take 11 MB a minute now"
    for file in folder.iterdir():
        os.utime(file, (1.0, 1.0))  # they wait for the recorder, and grow no more
    assert RecorderHealth(places).report().state == "ok"


def test_what_stops_the_recorder_is_told_until_it_goes_on(places: Places, ledger: Ledger) -> None:
    health = RecorderHealth(places)
    health.turned("disk I/O error")
    assert health.report().state == "down"
    health.turned()
    assert health.report().state == "ok"
