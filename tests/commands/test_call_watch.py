"""A call that somebody places is followed in the journal, among all the others."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ari_app.commands import call_watch
from ari_app.commands.call_watch import CallWatch
from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal
from ari_app.settings import Settings
from ari_app.standalone.outside import CallEvent, OutsideCall
from ari_app.standalone.service_error import ServiceError

_OURS, _OTHER = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"


class _Call:
    """A caller's line that is dead from the beginning; the journal goes on behind it."""

    def __init__(self, heard: Path) -> None:
        self.heard = heard
        self.leg: Path | None = None
        self.events = [CallEvent("hung_up", 0.0, 16, "Normal Clearing")]


def _offered(caller: str) -> Entry:
    return Entry("call_offered", 100.0, {"number": "70110001", "caller_raw": caller})


@pytest.fixture
def settings(home: Path) -> Settings:
    """The settings of a home with a journal in which a call was already offered."""
    home.mkdir()
    with Journal(home / "journal.db") as journal:
        journal.append_entries("earlier", "anu-clinic", [_offered("99112233")])
    return Settings.load(home=home)


@pytest.fixture
def line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> _Call:
    """What the caller's side of every call is in these tests."""
    call = _Call(settings.home / "heard.wav")

    @asynccontextmanager
    async def place(*_: object, **__: object) -> AsyncIterator[_Call]:
        yield call

    monkeypatch.setattr(OutsideCall, "place", place)
    return call


async def _happen(settings: Settings, *turns: tuple[str, Entry]) -> None:
    for call, entry in turns:
        await asyncio.sleep(0.05)
        with Journal(settings.journal) as journal:
            journal.append_entries(call, "anu-clinic", [entry])


async def test_only_our_call_is_told_and_its_recording_awaited(
    settings: Settings, line: _Call
) -> None:
    line.heard.touch()
    told: list[str] = []
    watch = CallWatch(settings, lambda line: told.append(line.entry.kind))
    happening = asyncio.create_task(
        _happen(
            settings,
            (_OTHER, _offered("88001122")),
            (_OURS, _offered("99112233")),
            (_OTHER, Entry("call_answered", 101.0)),
            (_OURS, Entry("recording_expected", 101.0, {"recording": "x"})),
            (_OURS, Entry("call_ended", 102.0, {"outcome": "answered"})),
            (_OURS, Entry("recording_stored", 103.0, {"path": "x.ogg"})),
        )
    )
    placed = await watch.place("70110001", "99112233", "", "", None)
    await happening
    assert told == ["call_offered", "recording_expected", "call_ended", "recording_stored"]
    assert placed.row is not None
    assert placed.row["id"] == _OURS
    assert placed.row["outcome"] == "answered"
    assert placed.row["recording"] == str(settings.recordings / "x.ogg")
    assert placed.heard == str(line.heard)


async def test_no_recording_is_promised_of_a_message_that_was_too_short(
    settings: Settings, line: _Call
) -> None:
    watch = CallWatch(settings, lambda _: None)
    happening = asyncio.create_task(
        _happen(
            settings,
            (_OURS, _offered("99112233")),
            (_OURS, Entry("recording_expected", 101.0, {"recording": "x"})),
            (_OURS, Entry("recording_discarded", 102.0, {"recording": "x"})),
            (_OURS, Entry("call_ended", 102.0, {"outcome": "abandoned"})),
        )
    )
    placed = await watch.place("70110001", "99112233", "", "", None)
    await happening
    assert not placed.recorded


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_whoever_ends_the_command_hangs_up_the_call(
    settings: Settings, line: _Call, monkeypatch: pytest.MonkeyPatch, name: signal.Signals
) -> None:
    line.events = []
    monkeypatch.setattr(call_watch, "_END_SECONDS", 0.2)
    monkeypatch.setattr(call_watch, "ari_status", lambda *_: 200)
    asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), name)
    async with asyncio.timeout(5):
        await CallWatch(settings, lambda _: None).place("70110001", "99112233", "", "", None)


async def test_a_call_that_leaves_no_trace_is_given_up(
    settings: Settings, line: _Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_watch, "_END_SECONDS", 0.2)
    placed = await CallWatch(settings, lambda _: None).place("70110001", "99112233", "", "", None)
    assert placed.row is None
    assert placed.heard is None
    assert not line.heard.exists()


async def test_when_asterisk_dies_the_caller_does_not_wait_for_ever(
    settings: Settings, line: _Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot tell the caller's side any more that the call is over."""
    line.events = [CallEvent("answered", 0.0)]
    pids = iter([7, 7, 7])
    monkeypatch.setattr(call_watch, "_asterisk_pid", lambda _: next(pids, 8))
    monkeypatch.setattr(call_watch, "_END_SECONDS", 0.2)
    watch = CallWatch(settings, lambda _: None)
    async with asyncio.timeout(3):
        placed = await watch.place("70110001", "99112233", "", "", None)
    assert placed.trouble == "call.asterisk_died"


async def test_when_asterisk_does_not_answer_the_caller_comes_back_and_says_so(
    settings: Settings, line: _Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.events = []
    answers = iter([200, 200])
    monkeypatch.setattr(call_watch, "ari_status", lambda *_: next(answers, 0))
    monkeypatch.setattr(call_watch, "_SILENT_SECONDS", 1.0)
    watch = CallWatch(settings, lambda _: None)
    async with asyncio.timeout(5):
        placed = await watch.place("70110001", "99112233", "", "", None)
    assert placed.trouble == "call.asterisk_silent"


async def test_without_a_journal_nothing_ever_ran(tmp_path: Path) -> None:
    watch = CallWatch(Settings.load(home=tmp_path / "new"), lambda _: None)
    with pytest.raises(ServiceError, match="duudlaga up"):
        await watch.place("70110001", "99112233", "", "", None)
