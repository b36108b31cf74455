"""What is lost is named, and one recording that cannot be finished holds up no other."""

from __future__ import annotations

import errno
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ari_app.media.being_written import is_being_written
from ari_app.media.ledger import LedgerRow
from ari_app.places import Places
from tests.media.recording_house import CALL, RECORDING, House, write_raw

pytestmark = pytest.mark.real


@pytest.fixture
def house(places: Places) -> House:
    return House(places)


def test_what_is_lost_is_named_with_its_call(house: House) -> None:
    house.announce(leg=f"{CALL}-6-1")
    house.talk()
    house.talk_ended(f"{CALL}-6-1", seconds=5.0)
    house.end()
    with capture_logs() as logs:
        assert house.work() == 1
    (said,) = (line for line in logs if line["event"] == "recording_lost")
    assert (said["call"], said["recording"]) == (CALL, RECORDING)
    assert (said["kept_seconds"], said["lost_seconds"]) == (3.0, 2.0)


@pytest.mark.parametrize("content", [b"this is no WAV, but long enough to be taken for one" * 2])
def test_a_raw_file_that_is_none_holds_up_nobody_else(house: House, content: bytes) -> None:
    """It stays where it is, and is counted as failing."""
    house.announce()
    house.end()
    (house.monitor / f"{RECORDING}-caller.wav").write_bytes(content)
    other = LedgerRow(f"{CALL}-9-9", "anu", CALL, "message", 1.0)
    write_raw(house.messages / f"{other.recording}.sln48", (440, 2))
    recorder = house.recorder()
    recorder.ledger.save(other)
    assert recorder.turn(time.time()) == 1
    recorder.close()
    assert house.state()[1] == f"{house.monitor}/{RECORDING}-caller.wav is no WAV file."


def test_a_raw_file_that_may_not_be_read_holds_up_nobody_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.announce()
    house.end()
    house.talk()
    other = LedgerRow(f"{CALL}-9-9", "anu", CALL, "message", 1.0)
    write_raw(house.messages / f"{other.recording}.sln48", (440, 2))

    def closed(file: Path) -> bool:  # root may read any file
        if RECORDING in file.name:
            raise PermissionError(errno.EACCES, "Permission denied", str(file))
        return is_being_written(file)

    monkeypatch.setattr("ari_app.media.recorder.is_being_written", closed)
    recorder = house.recorder()
    recorder.ledger.save(other)
    assert recorder.turn(time.time()) == 1
    recorder.close()
    assert "Permission denied" in str(house.state()[1])
    monkeypatch.undo()
    assert house.work(time.time() + 60) == 1
