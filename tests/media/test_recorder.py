"""What is recorded is kept: joined, checked and told, whatever dies meanwhile."""

from __future__ import annotations

import json
import math
import shutil
import time
import wave
from array import array

import pytest

from ari_app.media import finisher
from ari_app.media.ledger import EXPECTED, VERIFIED
from ari_app.media.prompt_file import client_prompt
from ari_app.media.raw_sound import FORM
from ari_app.media.sound import Sound, read_sound
from ari_app.media.speech import speak_client_prompt
from ari_app.places import Places
from tests.media.recording_house import (
    AGENT,
    CALL,
    CALLER,
    RECORDING,
    House,
    alike,
    assert_both_sides_are_apart,
    tone,
    write_raw,
)

pytestmark = pytest.mark.real


@pytest.fixture
def house(places: Places) -> House:
    return House(places)


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


def test_a_recording_that_asterisk_still_writes_is_left_alone_though_the_call_is_over(
    house: House,
) -> None:
    """Its controller died before it stopped the recording; what was said waits to be written."""
    house.announce()
    house.talk(caller=0.0, agent=0.0)
    raws = sorted(house.monitor.iterdir())
    with raws[0].open("ab"), raws[1].open("ab"):
        house.end()
        assert house.work() == 0
        assert all(raw.exists() for raw in raws)
        house.talk()
    assert house.work() == 1
    [facts] = house.told()
    assert facts["seconds"] == 3.0


@pytest.mark.parametrize(
    ("talked", "alone", "kept"),
    [(1.8, 1.2, 1.8), (1.8, 0.9, 2.1), (2.5, 1.2, 2.5), (9, 5, 3), (0, 5, 0.1)],
)
def test_what_the_caller_said_alone_after_the_talk_is_not_kept_as_far_as_that_is_sure(
    house: House, talked: float, alone: float, kept: float
) -> None:
    house.announce(leg=f"{CALL}-6-1")
    house.talk()
    house.talk_ended(f"{CALL}-3-1", seconds=2.0, alone_seconds=0.5)
    house.talk_ended(f"{CALL}-6-1", seconds=talked, alone_seconds=alone)
    house.end()
    assert house.work() == 1
    [facts] = house.told()
    assert facts["seconds"] == kept
    peaks = json.loads((house.places.recordings / facts["peaks"]).read_text())
    assert len(peaks["caller"]) == len(peaks["agent"]) == kept * 10


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
    raw = house.messages / f"{RECORDING}.{FORM}"
    write_raw(raw, (CALLER, 2))
    house.end()
    assert house.work() == 1
    [only] = house.sides()
    assert tone(only, CALLER) > 0.15
    assert not raw.exists()
    assert house.told()[0]["kind"] == "voicemail"


def test_a_message_that_the_caller_took_back_is_not_kept(house: House) -> None:
    house.announce("message")
    raw = house.messages / f"{RECORDING}.{FORM}"
    write_raw(raw, (CALLER, 2))
    house.discard()
    house.end()
    assert house.work() == 0
    assert house.state() == (VERIFIED, None)
    assert (house.told(), raw.exists(), house.finished.exists()) == ([], False, False)


@pytest.mark.parametrize("kind", ["talk", "message"])
def test_where_nobody_spoke_there_is_no_gap_and_no_file(house: House, kind: str) -> None:
    house.announce(kind)
    write_raw(house.monitor / f"{RECORDING}-caller.{FORM}")
    write_raw(house.messages / f"{RECORDING}.{FORM}")
    house.end()
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


def test_a_talk_is_kept_up_to_where_asterisk_died_in_it(house: House) -> None:
    house.announce()
    house.talk()
    for raw in house.monitor.iterdir():
        raw.write_bytes(raw.read_bytes()[: 2 * 32_768 * 4 + 1])  # in mid-sample
    assert house.work(time.time() + 60) == 0
    assert house.work(time.time() + 130) == 1
    assert house.told()[0]["seconds"] == 2.731
    assert_both_sides_are_apart(house)


def test_a_talk_that_an_earlier_version_recorded_is_finished(house: House) -> None:
    house.announce()
    house.earlier_talk()
    house.end()
    assert house.work() == 1
    assert house.told()[0]["seconds"] == 3.0
    assert_both_sides_are_apart(house)
    assert list(house.monitor.iterdir()) == []


def test_a_message_that_an_earlier_version_recorded_is_finished(house: House) -> None:
    house.announce("message")
    Sound.tones((CALLER, 2)).write(house.messages / f"{RECORDING}.wav")
    house.end()
    assert house.work() == 1
    assert house.told()[0]["seconds"] == 2.0


@pytest.mark.parametrize("hertz", [300, 1000, 3000, 3400])
def test_a_recording_is_as_loud_as_what_was_said_and_as_if_recorded_at_8_khz(
    house: House, hertz: float
) -> None:
    write_raw(house.monitor / f"{RECORDING}-caller.{FORM}", (hertz, 3))
    Sound.tones((hertz, 3)).write(house.monitor / f"{RECORDING}-agent.wav")
    house.announce()
    house.end()
    assert house.work() == 1
    now, earlier = (tone(side, hertz) for side in house.sides())
    assert 20 * math.log10(now / earlier) == pytest.approx(0, abs=0.3)
    peaks = json.loads((house.finished.with_suffix("").with_suffix(".peaks.json")).read_text())
    assert peaks["caller"][5:25] == pytest.approx(peaks["agent"][5:25], abs=1)


@pytest.mark.parametrize("hertz", [4800, 6000, 7000, 11_000])
def test_what_is_too_high_for_a_telephone_is_not_heard_as_something_lower(
    house: House, hertz: float
) -> None:
    """A wide-band caller's sound is recorded as it comes."""
    write_raw(house.monitor / f"{RECORDING}-caller.{FORM}", (hertz, 3))
    write_raw(house.monitor / f"{RECORDING}-agent.{FORM}", (AGENT, 3))
    house.announce()
    house.end()
    assert house.work() == 1
    caller, agent = house.sides()
    power = sum(s * s for s in caller[4800:96_000]) / sum(s * s for s in agent[4800:96_000])
    assert 10 * math.log10(power + 1e-9) < -50


def test_both_sides_stay_in_step(house: House) -> None:
    for side, hertz in (("caller", CALLER), ("agent", AGENT)):
        write_raw(house.monitor / f"{RECORDING}-{side}.{FORM}", (0, 1), (hertz, 1), (0, 1))
    house.announce()
    house.end()
    assert house.work() == 1
    heard = [[n for n, sample in enumerate(side) if abs(sample) > 2000] for side in house.sides()]
    caller, agent = (loud[0] for loud in heard)
    assert caller == pytest.approx(agent, abs=144), "3 ms, less than a period"
    assert caller == pytest.approx(48_000, abs=480), "10 ms, with what Opus adds"
    for loud in heard:
        assert loud[-1] == pytest.approx(96_000, abs=960), "20 ms: Opus lets a tone ring on"


def test_asterisk_died_in_mid_call_of_an_earlier_version(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.announce()
    house.earlier_talk()
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
