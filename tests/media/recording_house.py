"""A home with recordings in it, for the recorder's tests: two people whose voices are tones."""

from __future__ import annotations

import json
import math
import operator
import sqlite3
import time
from array import array
from pathlib import Path
from typing import Any

from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal
from ari_app.journal.turn import SavedTurn
from ari_app.media.programs import run_ffmpeg
from ari_app.media.raw_sound import FORM, RATE
from ari_app.media.recorder import Recorder
from ari_app.media.sound import Sound
from ari_app.places import Places
from tests.media.conftest import loudness_at

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

    def announce(self, kind: str = "talk", leg: str | None = None) -> None:
        self._journal("recording_expected", recording=RECORDING, kind=kind, leg=leg, agent="bold")

    def discard(self) -> None:
        self._journal("recording_discarded", recording=RECORDING, reason="recorded_again")

    def talk_ended(self, leg: str, **facts: float) -> None:
        self._journal("talk_ended", leg=leg, agent="bold", by="agent", **facts)

    def tell(self, kind: str, facts: dict[str, Any]) -> None:
        with Journal(self.places.journal) as journal:
            journal.append_entries(CALL, "anu", [Entry(kind, STARTED_AT, facts)])

    def _journal(self, kind: str, /, **facts: Any) -> None:
        self.tell(kind, facts)

    def end(self) -> None:
        """The call is over."""
        turn = SavedTurn(
            call=CALL,
            client="anu",
            channel="",
            linked_id="",
            flow="main",
            revision=1,
            bundle="",
            turn=1,
            state={},
            commands=[],
            entries=[],
            at=STARTED_AT,
            ended=True,
        )
        with Journal(self.places.journal) as journal:
            journal.commit(turn)

    def talk(self, caller: float | None = 3.0, agent: float | None = 3.0) -> None:
        for side, hertz, seconds in (("caller", CALLER, caller), ("agent", AGENT, agent)):
            if seconds is not None:
                write_raw(self.monitor / f"{RECORDING}-{side}.{FORM}", (hertz, seconds))

    def earlier_talk(self) -> None:
        """Three seconds as earlier versions recorded them."""
        for side, hertz in (("caller", CALLER), ("agent", AGENT)):
            Sound.tones((hertz, 3.0)).write(self.monitor / f"{RECORDING}-{side}.wav")

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


def write_raw(path: Path, *tones: tuple[float, float]) -> None:
    """Write tones (hertz, seconds) as Asterisk records them."""
    samples = array("h")
    for hertz, seconds in tones:
        step = 2 * math.pi * hertz / RATE
        samples.extend(round(9000 * math.sin(step * n)) for n in range(int(seconds * RATE)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(samples.tobytes())


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
