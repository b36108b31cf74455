"""A caller's line when the outside world dies or hangs: nobody waits for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ari_app.settings import Settings
from ari_app.simulator.leg_file import leg_file
from ari_app.standalone import outside_ami
from ari_app.standalone.outside import OutsideCall
from ari_app.standalone.service_error import ServiceError


@dataclass
class _Outside:
    """A manager interface that accepts everything; `hangs`: it answers nothing any more."""

    actions: list[dict[str, str]] = field(default_factory=list)
    hangs: bool = False
    writer: asyncio.StreamWriter | None = None
    is_done: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        writer.write(b"Asterisk Call Manager/9\r\n")
        while fields := await _fields(reader):
            self.actions.append(fields)
            if not self.hangs:
                value = "Value: call-1\r\n" if fields["Action"] == "Getvar" else ""
                writer.write(
                    f"Response: Success\r\nActionID: {fields['ActionID']}\r\n{value}\r\n".encode()
                )
        writer.close()
        await writer.wait_closed()
        self.is_done.set()

    def tell(self, event: str, **fields: str) -> None:
        assert self.writer
        (placed,) = (each for each in self.actions if each["Action"] == "Originate")
        all_fields = {
            "Event": event,
            "Uniqueid": placed["ChannelId"],
            "Channel": "PJSIP/house-1",
            **fields,
        }
        text = "".join(f"{name}: {value}\r\n" for name, value in all_fields.items())
        self.writer.write(f"{text}\r\n".encode())

    def did(self, action: str) -> list[dict[str, str]]:
        return [each for each in self.actions if each["Action"] == action]


async def _fields(reader: asyncio.StreamReader) -> dict[str, str]:
    fields: dict[str, str] = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(": ")
        fields[name] = value
    return fields


async def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not look():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@asynccontextmanager
async def answered(
    home: Path, press: str = ""
) -> AsyncIterator[tuple[_Outside, OutsideCall, Settings]]:
    """A call that was answered."""
    settings = Settings.load(home=home)
    outside = _Outside()
    async with await asyncio.start_server(outside.serve, settings.outside_address, 0) as server:
        # Any free port: a copy beside this test may take the settings' own in this moment.
        port = server.sockets[0].getsockname()[1]
        settings = settings.model_copy(update={"outside_ami_port": port})
        async with OutsideCall.place(settings, "70110001", "99112233", press=press) as call:
            outside.tell("Newstate", ChannelState="6")
            await call.wait_for("answered")
            yield outside, call, settings
            if not any(event.kind == "hung_up" for event in call.events):
                outside.tell("Hangup", Cause="16", **{"Cause-txt": "Normal Clearing"})
                await call.wait_for("hung_up")
        await outside.is_done.wait()


async def test_the_call_ends_when_the_outside_world_dies(home: Path) -> None:
    async with answered(home) as (outside, call, _):
        assert outside.writer
        outside.writer.close()
        event = await call.wait_for("hung_up", 3)
    assert event.text == "Asterisk is gone"


async def test_the_call_ends_when_the_outside_world_hangs(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_ami, "_ASK_SECONDS", 0.1)
    monkeypatch.setattr(outside_ami, "_ANSWER_SECONDS", 0.1)
    async with answered(home) as (outside, call, _):
        outside.hangs = True
        event = await call.wait_for("hung_up", 3)
    assert event.text == "Asterisk does not answer Ping"


async def test_a_quiet_call_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside_ami, "_ASK_SECONDS", 0.02)
    async with answered(home) as (outside, call, _):
        with pytest.raises(ServiceError, match="not hung_up within"):
            await call.wait_for("hung_up", 0.2)
        assert outside.did("Ping")


async def test_keys_are_pressed_while_the_caller_speaks(home: Path) -> None:
    async with answered(home, "1w2") as (outside, _, _settings):
        await until(lambda: len(outside.did("PlayDTMF")) == 2)
        assert [each["Digit"] for each in outside.did("PlayDTMF")] == ["1", "2"]
    (placed,) = outside.did("Originate")
    assert "PRESS" not in str(placed)


async def test_the_call_knows_where_the_ear_writes(home: Path) -> None:
    async with answered(home) as (_, call, settings):
        await until(lambda: call.leg)
        assert call.leg == leg_file(settings.heard, "call-1")
