"""A real telephone: baresip 1.0.0 of Debian, which speaks a tone and keeps what it hears.

It is led over two doors of its own: ``ctrl_tcp`` takes commands and tells events as JSON in
netstrings, and ``cons`` takes single keys, which ``ctrl_tcp`` cannot.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

from ari_app.parts import release_program
from tests.call.tones import Stretch, stretches

CONTROL_PORT, KEYS_PORT = 4444, 5555
ANSWER_SECONDS = 5.0
KEY_SECONDS = 0.12
_RELEASE = b"\x04"  # the end of a key, in baresip's own words KEYCODE_REL

# ausine speaks in 48 kHz alone; aubridge with a device that nobody else has plays into nothing, at
# the pace of a loudspeaker. sndfile keeps what is sent (enc) and what is heard (dec).
_CONFIG = """\
sip_listen {host}:{port}
net_interface {host}
module_path {modules}
module ausine.so
module aubridge.so
module g711.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
module cons.so
ctrl_tcp_listen {host}:{control}
cons_listen {host}:{keys}
audio_source ausine,{hertz}
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
ausrc_srate 48000
ausrc_channels 2
auplay_srate 8000
ringback_disabled yes
snd_path {folder}
"""


@dataclass
class Baresip:
    """A phone at ``host``; :meth:`start` is the way to get one. ``events`` are in order."""

    host: str
    folder: Path
    events: list[dict[str, Any]] = field(default_factory=list)
    unplugged: bool = False
    """Whether it stops as when the plug is pulled, without a word to anybody."""
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _tokens: count[int] = field(default_factory=lambda: count(1))
    _answers: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _writer: asyncio.StreamWriter | None = None

    @classmethod
    @asynccontextmanager
    async def start(
        cls, parts: Path, host: str, account: str, hertz: int, port: int = 5080
    ) -> AsyncIterator[Self]:
        """Start it with one line of baresip's file of accounts; stop it at the end of the block.

        Its folder goes with it, so look at what it heard inside the block.
        """
        program = release_program(parts, "baresip")
        folder = Path(tempfile.mkdtemp(prefix="baresip-", dir="/tmp"))
        modules = program.path.parents[1] / "lib/baresip/modules"
        config = _CONFIG.format(
            host=host, port=port, modules=modules, hertz=hertz, folder=folder,
            control=CONTROL_PORT, keys=KEYS_PORT,
        )  # fmt: skip
        (folder / "config").write_text(config)
        (folder / "accounts").write_text(f"{account}\n")
        (folder / "contacts").write_text("")
        with (folder / "output.log").open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *program.command("-f", folder),
                env={**program.environment(), "HOME": str(folder)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        phone = cls(host, folder)
        reading: asyncio.Task[None] | None = None
        try:
            reader = await phone._connect()
            reading = asyncio.create_task(phone._read(reader))
            yield phone
        finally:
            if reading is not None:
                if not phone.unplugged:
                    with suppress(TimeoutError):  # it does not answer: it is ended all the same
                        await phone.do("quit")
                        await asyncio.wait_for(process.wait(), ANSWER_SECONDS)
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
            if phone._writer is not None:
                phone._writer.close()
            if process.returncode is None:
                process.kill()
            await process.wait()
            shutil.rmtree(folder)

    async def do(self, command: str, parameters: str = "") -> str:
        """Give a command of baresip's menu, such as ``dial``; return its answer."""
        token = str(next(self._tokens))
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[token] = answer
        text = json.dumps({"command": command, "params": parameters, "token": token})
        assert self._writer is not None
        self._writer.write(f"{len(text)}:{text},".encode())
        async with asyncio.timeout(ANSWER_SECONDS):
            said = await answer
        assert said["ok"], f"{command} {parameters}: {said}"
        return str(said.get("data", ""))

    async def registered(self, seconds: float = 5) -> None:
        """Return when its account is registered; that may have been before anybody listened."""
        deadline = asyncio.get_running_loop().time() + seconds
        while "OK" not in (said := await self.do("reginfo")):
            assert asyncio.get_running_loop().time() < deadline, f"not registered: {said}"
            await asyncio.sleep(0.1)

    async def press(self, keys: str) -> None:
        """Press keys, each for a moment, as a person does."""
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as door:
            for key in keys:
                door.sendto(key.encode(), (self.host, KEYS_PORT))
                await asyncio.sleep(KEY_SECONDS)
                door.sendto(_RELEASE, (self.host, KEYS_PORT))
                await asyncio.sleep(KEY_SECONDS)

    async def wait_for(self, kind: str, seconds: float = 10, times: int = 1) -> dict[str, Any]:
        """Return the event of this kind, or the so-manieth, when it comes."""

        def found() -> Sequence[dict[str, Any]]:
            return [event for event in self.events if event["type"] == kind]

        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: len(found()) >= times)
        except TimeoutError:
            raise AssertionError(f"no {kind} within {seconds:g} s: {self.events}") from None
        return found()[times - 1]

    def kinds(self) -> list[str]:
        """The kinds of all events so far."""
        return [event["type"] for event in self.events]

    def heard(self) -> list[Stretch]:
        """What it heard in all its calls so far, stretch by stretch."""
        return stretches(sorted(self.folder.glob("dump-*-dec.wav")))

    async def packets(self) -> int:
        """The sequence number of the last packet of sound that came in.

        After a hold baresip keeps no more of what it hears: its filter is not put back.
        """
        said = await self.do("audio_debug")
        found = re.search(r"seq_put=(\d+)", said)
        assert found is not None, said
        return int(found[1])

    async def _connect(self) -> asyncio.StreamReader:
        for _ in range(100):
            try:
                reader, self._writer = await asyncio.open_connection(self.host, CONTROL_PORT)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                return reader
        raise AssertionError((self.folder / "output.log").read_text(errors="replace"))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            length = int((await reader.readuntil(b":"))[:-1])
            message = json.loads((await reader.readexactly(length + 1))[:-1])
            if message.get("event"):
                async with self._changed:
                    self.events.append(message)
                    self._changed.notify_all()
            elif (answer := self._answers.pop(message.get("token", ""), None)) is not None:
                answer.set_result(message)
