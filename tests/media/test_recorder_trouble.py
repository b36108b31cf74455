"""What is recorded is kept whatever fails: Asterisk, the disk, the recorder itself."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import pytest
from structlog.testing import capture_logs

from ari_app.media import finisher
from ari_app.media.ledger import FOUND, REPAIRED, STORED, VERIFIED, Ledger
from ari_app.places import Places
from tests.media.recording_house import (
    CALL,
    RECORDING,
    House,
    assert_both_sides_are_apart,
)

pytestmark = pytest.mark.real


@pytest.fixture
def house(places: Places) -> House:
    return House(places)


def test_a_recording_that_asterisk_never_wrote_is_a_gap_that_shows(house: House) -> None:
    house.announce()
    house.end()
    with capture_logs() as logs:
        for seconds in range(0, 3600, 60):
            house.work(time.time() + seconds)
    assert house.state() == (VERIFIED, None)
    assert len([line for line in logs if line["event"] == "recording_failed"]) == 1
    (news,) = house.told()
    assert (news["path"], news["seconds"]) == (None, 0)


def test_a_full_disk_keeps_the_raw_files_and_is_said_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.announce()
    house.talk()
    house.end()
    recorder = house.recorder()
    usage = shutil.disk_usage(house.places.home)
    with capture_logs() as logs, monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
        for minute in range(5):
            assert recorder.turn(time.time() + 60 * minute) == 0
    assert [line["event"] for line in logs] == ["disk_full"]
    assert len(list(house.monitor.iterdir())) == 2
    assert recorder.turn(time.time() + 600) == 1
    recorder.close()
    assert_both_sides_are_apart(house)


def test_a_disk_that_fills_up_in_the_middle_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.announce()
    house.talk()
    house.end()

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with capture_logs() as logs, monkeypatch.context() as full:
        full.setattr(finisher.Finisher, "_write_peaks", no_room)
        assert house.work() == 0
    assert [line["event"] for line in logs] == ["disk_full"]
    assert list(house.finished.parent.iterdir()) == []
    assert house.work(time.time() + 60) == 1


def test_a_damaged_recording_is_made_again_while_the_raw_files_are_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.announce()
    house.talk()
    house.end()
    recorder = house.recorder()
    with monkeypatch.context() as broken:
        broken.setattr(finisher, "_ogg_seconds", lambda _: 0.5)
        assert recorder.turn(time.time()) == 0
    recorder.close()
    assert house.state()[0] == REPAIRED
    assert house.work(time.time() + 60) == 1
    assert_both_sides_are_apart(house)


KILLED = """
import os, signal, sys, time
from pathlib import Path
from ari_app.media import finisher, ledger, recorder
from ari_app.places import Places

home, moment = Path(sys.argv[1]), sys.argv[2]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

save = ledger.Ledger.save
def dying_save(self, row):
    if moment == f"before {row.state}":
        die()
    save(self, row)
    if moment == f"after {row.state}":
        die()
ledger.Ledger.save = dying_save
if moment == "encoding":
    encode = finisher.Finisher._encode
    def half(self, raws, seconds, target):
        encode(self, raws, seconds / 2, target)
        die()
    finisher.Finisher._encode = half
if moment == "peaks written":
    peaks = finisher.Finisher._write_peaks
    finisher.Finisher._write_peaks = lambda *given: (peaks(*given), die())
if moment == "raw file removed":
    unlink = Path.unlink
    def dying_unlink(path, missing_ok=False):
        unlink(path, missing_ok)
        if path.name.endswith("-caller.sln48"):
            die()
    Path.unlink = dying_unlink
recorder.Recorder(Places(home=home), home / "messages", settle_seconds=0).turn(time.time())
"""


@pytest.mark.parametrize(
    "moment",
    [
        *(f"before {state}" for state in (FOUND, REPAIRED, STORED, VERIFIED)),
        *(f"after {state}" for state in (FOUND, REPAIRED, STORED, VERIFIED)),
        "encoding",
        "peaks written",
        "raw file removed",
    ],
)
def test_killed_at_any_moment_the_recording_is_finished_and_told_once(
    house: House, moment: str
) -> None:
    house.announce()
    house.talk()
    house.end()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, house.places.home, moment], check=False, timeout=30
    )
    assert killed.returncode == -signal.SIGKILL
    house.work()
    assert house.state() == (VERIFIED, None)
    assert_both_sides_are_apart(house)
    assert len(house.told()) == 1
    left_over = [*house.monitor.iterdir(), *house.finished.parent.glob(".*")]
    assert left_over == []


def test_the_process_says_when_it_is_ready_and_stops_when_asked(house: House) -> None:
    house.announce()
    house.talk()
    house.end()
    environment = {**os.environ, "DUUDLAGA_HOME": str(house.places.home)}
    command = [sys.executable, "-m", "ari_app.media.recorder"]
    ready = house.places.run / "recorder.ready"
    with subprocess.Popen(command, env=environment) as process:
        try:
            deadline = time.monotonic() + 15
            while not (ready.exists() and house.told()) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert ready.read_text() == f"{process.pid}\n"
            second = subprocess.run(command, env=environment, capture_output=True, check=False)
            assert b"Another recorder works in" in second.stderr
        finally:
            process.terminate()
    assert process.returncode == 0
    assert not ready.exists()
    assert len(house.told()) == 1


@pytest.mark.parametrize("damaged", ["recordings.db", "journal.db"])
def test_a_damaged_file_is_named_in_a_sentence_before_anything_is_done(
    house: House, damaged: str
) -> None:
    file = house.places.home / damaged
    for beside in house.places.home.glob(f"{damaged}*"):
        beside.unlink()
    file.write_text("neither a ledger nor a journal " * 99)
    done = subprocess.run(
        [sys.executable, "-m", "ari_app.media.recorder"],
        env={**os.environ, "DUUDLAGA_HOME": str(house.places.home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert str(file) in done.stderr
    assert "move it away" in done.stderr
    assert "Traceback" not in done.stderr


LEG = f"{CALL}-6-1"


@pytest.mark.parametrize(
    ("talked", "recorded", "missing"),
    [(3.0, 3.0, None), (3.2, 3.0, None), (5.0, 3.0, 2.0), (1.9, None, 1.9), (4.0, 0.0, 4.0)],
)
def test_a_talk_that_is_longer_than_its_recording_is_a_gap(
    house: House, talked: float, recorded: float | None, missing: float | None
) -> None:
    house.announce(leg=LEG)
    house.talk(recorded, recorded)
    house.talk_ended(LEG, seconds=talked)
    house.end()
    for minute in range(5):
        house.work(time.time() + 60 * minute)
    [news] = house.told()
    assert news["missing_seconds"] == missing
    assert (news["path"] is None) == (not recorded)


def test_a_talk_that_never_came_about_has_no_gap(house: House) -> None:
    house.announce(leg=LEG)
    house.end()
    for minute in range(5):
        house.work(time.time() + 60 * minute)
    [news] = house.told()
    assert (news["path"], news["missing_seconds"]) == (None, None)


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"message_left": {"recording": RECORDING, "kind": "message", "seconds": 7.0}}, 7.0),
        ({"call_ended": {"outcome": "cut", "by": "pbx"}}, 0.0),
        ({"call_ended": {"outcome": "abandoned", "by": "caller"}}, None),
    ],
)
def test_a_message_of_which_nothing_is_there_is_a_gap_if_there_was_one(
    house: House, facts: dict[str, dict[str, Any]], missing: float | None
) -> None:
    house.announce("message")
    for kind, data in facts.items():
        house.tell(kind, data)
    house.end()
    for minute in range(5):
        house.work(time.time() + 60 * minute)
    [news] = house.told()
    assert (news["path"], news["missing_seconds"]) == (None, missing)


def test_a_ledger_of_an_earlier_version_takes_gaps(places: Places) -> None:
    with closing(sqlite3.connect(places.home / "recordings.db")) as old:
        old.execute(
            """CREATE TABLE recordings (recording TEXT PRIMARY KEY, client TEXT, call TEXT,
               kind TEXT, started_at REAL, state TEXT, seconds REAL, bytes INTEGER, sha256 TEXT,
               error TEXT, tries INTEGER, retry_at REAL) WITHOUT ROWID"""
        )
        old.execute("INSERT INTO recordings (recording, client, call) VALUES ('r', 'c', 'x')")
        old.commit()
    with Ledger(places.home / "recordings.db") as ledger:
        known = ledger.row("r")
    assert known is not None
    assert known.missing is None
