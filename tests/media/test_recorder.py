"""What is recorded is kept: joined, checked and told, whatever dies meanwhile."""

from __future__ import annotations

import errno
import json
import math
import operator
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import wave
from array import array
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal
from ari_app.media import finisher
from ari_app.media.ledger import EXPECTED, FOUND, REPAIRED, STORED, VERIFIED
from ari_app.media.programs import run_ffmpeg
from ari_app.media.prompt_file import client_prompt
from ari_app.media.recorder import Recorder
from ari_app.media.sound import Sound, read_sound
from ari_app.media.speech import speak_client_prompt
from ari_app.places import Places
from tests.media.conftest import loudness_at

pytestmark = pytest.mark.real

CALL = "01938b6e-4c00-7abc-8def-0123456789ab"
RECORDING = f"{CALL}-7-2"
STARTED_AT = 1795305600.0  # 2026-11-22 00:00 UTC
CALLER, AGENT = 440, 1000


class House:
    """One home with a recorder, and a controller that does its part."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.messages = places.home / "messages"
        self.monitor = places.monitor / "anu"
        self.monitor.mkdir()
        with Journal(places.journal):
            pass

    def announce(self, kind: str = "talk") -> None:
        facts = {"recording": RECORDING, "kind": kind, "leg": None, "agent": "bold"}
        with Journal(self.places.journal) as journal:
            journal.append_entries(CALL, "anu", [Entry("recording_expected", STARTED_AT, facts)])

    def end(self, kind: str = "talk") -> None:
        facts = {"client": "anu", "call": CALL, "recording": RECORDING, "kind": kind}
        marker = self.monitor / f"{RECORDING}.done"
        marker.write_text(json.dumps({**facts, "started_at": STARTED_AT}))

    def talk(self, caller: float | None = 3.0, agent: float | None = 3.0) -> None:
        for side, hertz, seconds in (("caller", CALLER, caller), ("agent", AGENT, agent)):
            if seconds is not None:
                raw = self.monitor / f"{RECORDING}-{side}.wav"
                Sound.tones((hertz, seconds)).write(raw)

    def recorder(self, idle_seconds: float = 120) -> Recorder:
        return Recorder(self.places, self.messages, settle_seconds=0, idle_seconds=idle_seconds)

    def work(self, now: float | None = None, **settings: Any) -> int:
        recorder = self.recorder(**settings)
        try:
            return recorder.turn(now or time.time())
        finally:
            recorder.close()

    def state(self) -> tuple[str, str | None]:
        recorder = self.recorder()
        try:
            row = recorder.ledger.row(RECORDING)
            assert row is not None
            return row.state, row.error
        finally:
            recorder.close()

    def told(self) -> list[dict[str, Any]]:
        query = "SELECT call, client, data FROM entries WHERE kind = 'recording_stored'"
        database = sqlite3.connect(self.places.journal)
        rows = database.execute(query).fetchall()
        database.close()
        assert all((call, client) == (CALL, "anu") for call, client, _ in rows)
        return [json.loads(data) for _, _, data in rows]

    @property
    def finished(self) -> Path:
        return self.places.recordings / "anu/2026/11/22" / f"{RECORDING}.ogg"

    def sides(self) -> list[array[int]]:
        """Decode the finished recording: its channels at 48 kHz."""
        raw = self.places.home / "decoded.raw"
        form = ["-ar", "48000", "-f", "s16le", "-c:a", "pcm_s16le"]
        run_ffmpeg(self.places.parts, ["-i", self.finished, *form, raw], timeout_seconds=20)
        samples = array("h", raw.read_bytes())
        channels = int(self.finished.read_bytes()[37])  # OpusHead, RFC 7845 section 5.1
        return [samples[n::channels] for n in range(channels)]


@pytest.fixture
def house(places: Places) -> House:
    return House(places)


def tone(samples: array[int], hertz: float) -> float:
    return loudness_at(samples[4800:96000], hertz, 48_000)


def alike(one: array[int], other: array[int]) -> float:
    """The greatest correlation of two sounds at 8 kHz, moved against each other by up to 5 ms."""
    best = 0.0
    for lag in range(40):
        moved = one[lag : lag + 20_000]
        still = other[: len(moved)]
        power = sum(s * s for s in moved) * sum(s * s for s in still)
        best = max(best, abs(sum(map(operator.mul, moved, still))) / math.sqrt(power))
    return best


def assert_both_sides_are_apart(house: House) -> None:
    left, right = house.sides()
    assert tone(left, CALLER) > 0.15
    assert tone(right, AGENT) > 0.15
    assert tone(left, AGENT) < 0.02 * tone(right, AGENT)
    assert tone(right, CALLER) < 0.02 * tone(left, CALLER)


def test_a_talk_is_kept_with_the_caller_left_and_the_agent_right(house: House) -> None:
    house.announce()
    house.talk()
    house.end()
    assert house.work() == 1
    assert house.state() == (VERIFIED, None)
    assert_both_sides_are_apart(house)
    [facts] = house.told()
    assert house.places.recordings / facts["path"] == house.finished
    assert facts["seconds"] == 3.0
    assert facts["bytes"] == house.finished.stat().st_size
    peaks = json.loads((house.places.recordings / facts["peaks"]).read_text())
    assert len(peaks["caller"]) == len(peaks["agent"]) == 30
    assert all(0 < peak < 128 for peak in peaks["caller"])
    assert list(house.monitor.iterdir()) == []
    assert house.work() == 0
    assert len(house.told()) == 1


def test_a_talk_under_way_is_left_alone(house: House) -> None:
    house.announce()
    house.talk()
    assert house.work() == 0
    assert house.state() == (EXPECTED, None)
    assert len(list(house.monitor.iterdir())) == 2


@pytest.mark.parametrize(("caller", "agent"), [(2.0, None), (None, 2.0), (2.0, 0.0), (1.0, 2.0)])
def test_a_side_that_said_nothing_is_silence(
    house: House, caller: float | None, agent: float | None
) -> None:
    house.announce()
    house.talk(caller, agent)
    house.end()
    assert house.work() == 1
    left, right = house.sides()
    assert len(left) == len(right) == pytest.approx(96_000, abs=2000)
    assert (tone(left, CALLER) > 0.05) == bool(caller)
    assert (tone(right, AGENT) > 0.05) == bool(agent)


def test_a_message_has_one_side(house: House) -> None:
    house.announce("voicemail")
    raw = house.messages / f"{RECORDING}.wav"
    Sound.tones((CALLER, 2)).write(raw)
    house.end("voicemail")
    assert house.work() == 1
    [only] = house.sides()
    assert tone(only, CALLER) > 0.15
    assert not raw.exists()
    assert house.told()[0]["kind"] == "voicemail"


@pytest.mark.parametrize("kind", ["talk", "message"])
def test_where_nobody_spoke_there_is_no_gap_and_no_file(house: House, kind: str) -> None:
    house.announce(kind)
    Sound(array("h")).write(house.monitor / f"{RECORDING}-caller.wav")
    Sound(array("h")).write(house.messages / f"{RECORDING}.wav")
    house.end(kind)
    house.work()
    assert house.state() == (VERIFIED, None)
    [facts] = house.told()
    assert (facts["path"], facts["seconds"]) == (None, 0.0)
    assert not house.finished.exists()


def test_two_people_talking_at_once_are_kept_apart(house: House) -> None:
    said = {"caller": ("en", "Good morning, I would like to make an appointment for tomorrow.")}
    said["agent"] = ("mn", "Сайн байна уу, Ану эмнэлэг байна. Танд яаж туслах вэ?")
    spoken: dict[str, array[int]] = {}
    for side, (language, text) in said.items():
        speak_client_prompt(house.places, "anu", side, language, text)
        made = client_prompt(house.places.home, "anu", language, side)
        spoken[side] = read_sound(made).samples
        shutil.copy(made, house.monitor / f"{RECORDING}-{side}.wav")
    house.announce()
    house.end()
    assert house.work() == 1
    left, right = (side[::6] for side in house.sides())
    assert alike(left, spoken["caller"]) > 0.8
    assert alike(right, spoken["agent"]) > 0.8
    assert alike(left, spoken["agent"]) < 0.1
    assert alike(right, spoken["caller"]) < 0.1


def test_asterisk_died_in_mid_call(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.announce()
    house.talk()
    for raw in house.monitor.iterdir():
        content = bytearray(raw.read_bytes())
        content[4:8] = content[40:44] = b"\0\0\0\0"
        raw.write_bytes(content)
    assert house.work(time.time() + 60) == 0
    with monkeypatch.context() as later:
        later.setattr(finisher.Finisher, "_store", lambda *_: pytest.fail("not yet", pytrace=False))
        with pytest.raises(pytest.fail.Exception):
            house.work(time.time() + 130)
    for raw in house.monitor.iterdir():
        with wave.open(str(raw)) as file:
            assert file.getnframes() == 24_000
    assert house.work(time.time() + 130) == 1
    assert_both_sides_are_apart(house)


def test_the_controller_died_before_it_announced_anything(house: House) -> None:
    house.talk()
    assert house.work(time.time() + 130) == 1
    assert house.told()[0]["recording"] == RECORDING


def test_a_call_that_ended_needs_no_marker(house: House) -> None:
    house.announce()
    house.talk()
    database = sqlite3.connect(house.places.journal)
    columns = "call, client, channel, linked_id, flow, revision, bundle, turn, state, commands"
    with database:
        database.execute(
            f"INSERT INTO runs ({columns}, updated_at, ended_at)"  # noqa: S608
            " VALUES (?, 'anu', '', '', 'main', 1, '', 1, '{}', '[]', 1, 1)",
            (CALL,),
        )
    database.close()
    assert house.work() == 1


def test_a_recording_that_asterisk_never_wrote_is_a_gap_that_shows(house: House) -> None:
    house.announce()
    house.end()
    with capture_logs() as logs:
        for seconds in range(0, 3600, 60):
            house.work(time.time() + seconds)
    state, error = house.state()
    assert state == EXPECTED
    assert error == f"Asterisk made no file for recording {RECORDING}."
    assert len([line for line in logs if line["event"] == "recording_failed"]) == 1
    house.talk()
    assert house.work(time.time() + 7200) == 1


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
    assert len(list(house.monitor.glob("*.wav"))) == 2
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
        if path.name.endswith("-caller.wav"):
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
