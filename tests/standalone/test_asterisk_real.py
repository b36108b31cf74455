"""What happens to callers when nobody but Asterisk is there: with a real Asterisk."""

import asyncio
import json
import re
import time
import wave
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from ari_app.journal.cel_line import parse_cel_line
from ari_app.media.raw_sound import FORM, raw_seconds, read_peaks
from ari_app.media.sound import Sound
from ari_app.settings import Settings
from ari_app.snapshot.incoming import Incoming
from ari_app.standalone.asterisk import node
from ari_app.standalone.doctor import examine
from ari_app.standalone.outside import OutsideCall, answer_with
from ari_app.standalone.service_error import ServiceError
from ari_app.telephony.ami import Ami, AmiError
from tests.standalone.house import House
from tests.standalone.rude_caller import RudeCaller

pytestmark = pytest.mark.real

NUMBER, CALLER = "+97670110001", "+97699112233"
SORRY_SECONDS = 2.0


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    with House() as house:
        sorry = house.settings.standard_prompts / "mn/sorry_record.wav"
        Sound.tones((440.0, SORRY_SECONDS)).write(sorry, mark="test")
        yield house.settings


class Witness:
    """The events in cel.jsonl since it was made."""

    def __init__(self, settings: Settings) -> None:
        self._cel = settings.cel
        self._start = self._cel.stat().st_size if self._cel.exists() else 0

    def events(self) -> list[dict[str, str]]:
        if not self._cel.exists():
            return []
        text = self._cel.read_bytes()[self._start :].decode(errors="replace")
        parsed = [parse_cel_line(line) for line in text.splitlines()]
        return [event for event in parsed if event is not None]

    def kinds(self) -> list[str]:
        return [event["eventtype"] for event in self.events()]

    async def sees(self, kind: str, seconds: float = 10) -> dict[str, str]:
        deadline = time.monotonic() + seconds
        while kind not in self.kinds():
            assert time.monotonic() < deadline, f"no {kind} in {self.kinds()}"
            await asyncio.sleep(0.05)
        return next(event for event in self.events() if event["eventtype"] == kind)


def loudness(path: Path) -> int:
    with wave.open(str(path), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
    return max(abs(sample) for sample in samples)


def test_asterisk_plays_the_prepared_music(settings: Settings) -> None:
    listed = node(settings).ask("moh show files")
    prepared = sorted((settings.asterisk_state / "data/moh").glob("*.wav"))
    assert prepared
    assert not any(file.is_symlink() for file in [prepared[0].parent, *prepared])
    assert all(str(file.with_suffix("")) in listed for file in prepared)


async def test_without_a_controller_the_caller_hears_we_are_sorry_and_leaves_a_message(
    settings: Settings,
) -> None:
    witness = Witness(settings)
    async with OutsideCall.place(settings, NUMBER, CALLER, "Bold") as call:
        await call.wait_for("answered")
        await asyncio.sleep(SORRY_SECONDS + 3.5)
    end = await witness.sees("LINKEDID_END")
    message = settings.monitor / "fallback" / f"{end['uniqueid']}.{FORM}"
    assert loudness(call.heard) > 1000
    assert 1.5 < raw_seconds(message) < 4
    assert max(read_peaks(message, per_second=10)) > 1000 >> 8
    start = witness.events()[0]
    assert (start["eventtype"], start["exten"], start["num"]) == ("CHAN_START", NUMBER, CALLER)
    marks = {e["eventtype"]: json.loads(e["eventextra"])["extra"] for e in witness.events()[2:-3]
             if e["eventtype"].startswith("duudlaga")}  # fmt: skip
    assert marks == {
        "duudlaga_fallback": "",
        "duudlaga_message": end["uniqueid"],
        "duudlaga_message_end": "HANGUP",
    }


async def test_a_controller_that_hangs_loses_the_call_after_the_lease(settings: Settings) -> None:
    witness = Witness(settings)
    login = f"api_key=duudlaga:{settings.ari_password}"
    address = f"ws://{settings.sip_address}:{settings.ari_port}/ari/events?app=duudlaga&{login}"
    async with (
        connect(address, ping_interval=None),
        OutsideCall.place(settings, NUMBER, CALLER) as call,
    ):
        await asyncio.sleep(3)
        assert call.events == []
        await call.wait_for("answered", 3)
    await witness.sees("duudlaga_message")
    await witness.sees("LINKEDID_END")  # or the next test would see it
    assert float((await witness.sees("ANSWER"))["eventtime"]) - float(
        witness.events()[0]["eventtime"]
    ) == pytest.approx(4, abs=0.5)


DIALLED = {
    "digits": (b"70110001", "70110001"),
    "nothing": (b"", ""),
    "letters": (b"hello", ""),
    "the name of a context": (b"offer", ""),
    "the extension for time-outs": (b"T", None),
    "the extension for hang-ups": (b"h", None),
    "a channel to dial": (b"300%26PJSIP%2Fop", "300"),
    "a space": (b"%20x", ""),
    "letters outside ASCII": (b"%D0%B4", ""),
    "bytes that are no text": (b"%FF1", "1"),
    "a pattern": (b"_1", "1"),
}


@pytest.mark.parametrize("dialled", DIALLED.values(), ids=DIALLED.keys())
async def test_whatever_is_dialled_the_call_is_on_record_and_only_digits_go_on(
    settings: Settings, dialled: tuple[bytes, str | None]
) -> None:
    number, digits = dialled
    witness = Witness(settings)
    with RudeCaller((settings.sip_address, settings.sip_port), dialled=number) as caller:
        await asyncio.to_thread(caller.call)
    await witness.sees("LINKEDID_END")
    assert witness.kinds()[0] == "CHAN_START"
    if digits is not None:
        offered = await witness.sees("APP_START")
        app, dialled_digits, *more = offered["appdata"].split(",")
        assert (app, dialled_digits) == ("duudlaga", digits)
        assert all(re.fullmatch(r"[\w%.!~*'()-]*", each, re.ASCII) for each in more), "encoded"
        assert all(each.isdigit() for each in Incoming.parse(",".join([digits, *more])).numbers)


@pytest.mark.parametrize("name", [b'\\"', b'\\"},{\\"', b"\\n", b"${SHELL(id)}", b"a\\\\", b"%0A"])
async def test_a_hostile_name_reaches_the_witness_as_it_is_and_changes_nothing_else(
    settings: Settings, name: bytes
) -> None:
    witness = Witness(settings)
    with RudeCaller((settings.sip_address, settings.sip_port), name=name) as caller:
        await asyncio.to_thread(caller.call)
    end = await witness.sees("LINKEDID_END")
    assert {event["name"] for event in witness.events()} == {name.decode()}
    assert {event["uniqueid"] for event in witness.events()} == {end["uniqueid"]}


@pytest.mark.parametrize("number", [b"trunk", b"anonymous", b"agent-bold", b"*43"])
async def test_whoever_a_caller_says_to_be_the_call_comes_in_as_a_callers(
    settings: Settings, number: bytes
) -> None:
    witness = Witness(settings)
    with RudeCaller((settings.sip_address, settings.sip_port), number=number) as caller:
        assert await asyncio.to_thread(caller.call) == 200
    assert (await witness.sees("CHAN_START"))["context"] == "intake"
    await witness.sees("LINKEDID_END")


async def test_the_witness_may_be_renamed_at_any_time(settings: Settings) -> None:
    """Asterisk makes the file anew; what keeps cel.jsonl small rests on that."""
    for _ in range(2):
        witness = Witness(settings)
        with RudeCaller((settings.sip_address, settings.sip_port)) as caller:
            await asyncio.to_thread(caller.call)
        await witness.sees("LINKEDID_END")
        assert witness.kinds()[0] == "CHAN_START"
        settings.cel.rename(settings.cel.with_name("cel.jsonl.aside"))


async def test_the_controllers_ami_user_may_do_its_work_and_nothing_else(
    settings: Settings,
) -> None:
    ami = Ami(settings.sip_address, settings.ami_port, "duudlaga", settings.ami_password)
    await ami.start()
    try:
        async with asyncio.timeout(5):
            await ami.wait_connected()
        await ami.ping()
        for refused in (
            ami.absolute_timeout("nobody", 4),
            ami.mixmonitor("nobody", "x.wav"),
            ami.stop_mixmonitor("nobody", "1"),
            ami.redirect("nobody", "fallback", "s"),
        ):
            with pytest.raises(AmiError, match=r"(?i)no such channel|does not exist"):
                await refused
    finally:
        await ami.stop()


async def test_the_caller_ends_the_message_with_hash_and_hears_thanks(settings: Settings) -> None:
    witness = Witness(settings)
    async with OutsideCall.place(settings, NUMBER, CALLER, press="w") as call:
        await call.wait_for("answered")
        await asyncio.sleep(SORRY_SECONDS + 2.5)
        await call.press("#")
        ended = await call.wait_for("hung_up")
    assert ended.cause == 16  # normal clearing, by the house
    end = await witness.sees("duudlaga_message_end")
    assert json.loads(end["eventextra"]) == {"extra": "DTMF"}


async def test_a_caller_hangs_up_when_told_to(settings: Settings) -> None:
    async with OutsideCall.place(settings, NUMBER, CALLER, hang_up_after=1, silent=True) as call:
        happened = [event async for event in call.follow()]
    assert [event.kind for event in happened] == ["answered", "hung_up"]
    assert happened[1].at - happened[0].at == pytest.approx(1, abs=0.4)


async def test_a_phone_is_told_how_to_answer_and_nonsense_is_refused(settings: Settings) -> None:
    await answer_with(settings, "bold", "answer:0.5:3")
    with pytest.raises(ServiceError, match="cannot answer with 'sing'"):
        await answer_with(settings, "bold", "sing")


async def test_the_doctor_finds_nothing_wrong_with_asterisk_and_the_databases(
    settings: Settings,
) -> None:
    findings = {
        each.name: each for each in await asyncio.to_thread(lambda: list(examine(settings)))
    }
    for name in ("version", "modules", "ARI", "private", "witness", "Redis", "processes", "user"):
        assert findings[name].grade == "ok", findings[name]
    assert findings["snapshot"].grade == "bad"  # nothing was published in this house
