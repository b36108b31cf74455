"""The manager interface, the outside world's above all: a few actions, and the events."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Self

from ari_app.flow.said import Said
from ari_app.settings import Settings
from ari_app.standalone.service_error import ServiceError

_ANSWER_SECONDS = 5
_ASK_SECONDS = 5
_GONE = Said("Asterisk is gone.")


class OutsideAmi:
    """A connection. What comes in that answers nothing is an event."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._events: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._reading: asyncio.Task[None]
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._answers: dict[str, asyncio.Future[dict[str, str]]] = {}

    @classmethod
    @asynccontextmanager
    async def connect(cls, settings: Settings) -> AsyncIterator[Self]:
        """Log in to the outside world; as `log_in`."""
        address = (settings.outside_address, settings.outside_ami_port)
        async with cls.log_in(*address, "outside", settings.outside_ami_password) as ami:
            yield ami

    @classmethod
    @asynccontextmanager
    async def log_in(cls, host: str, port: int, user: str, secret: str) -> AsyncIterator[Self]:
        """Log in, and out at the end. Raises `ServiceError` when nothing listens."""
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except OSError as error:
            raise ServiceError(
                Said(
                    "Asterisk does not listen at {host}:{port}: start it with duudlaga up.",
                    host=host,
                    port=port,
                )
            ) from error
        ami = cls(reader, writer)
        ami._reading = reading = asyncio.create_task(ami._read())
        try:
            await ami.act("Login", Username=user, Secret=secret)
            yield ami
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            writer.close()

    async def next_event(self) -> dict[str, str]:
        """Wait for the next event. Raises `ServiceError` when Asterisk died or hangs."""
        while True:
            if self._events.empty() and self._reading.done():
                raise ServiceError(_GONE)
            try:
                async with asyncio.timeout(_ASK_SECONDS):
                    fields = await self._events.get()
            except TimeoutError:
                await self.act("Ping")
            else:
                if fields:
                    return fields

    async def act(
        self, action: str, variables: Mapping[str, str] | None = None, **headers: str
    ) -> dict[str, str]:
        """Do one action and return its answer; `ServiceError` when it is refused."""
        number = str(next(self._numbers))
        pairs = [("Action", action), ("ActionID", number), *headers.items()]
        pairs += [("Variable", f"{name}={value}") for name, value in (variables or {}).items()]
        for name, value in pairs:
            if any(ord(letter) < 32 for letter in value):  # a line feed would begin another header
                raise ServiceError(
                    Said(
                        "{name} of {action} cannot be sent: {value!r}",
                        name=name,
                        action=action,
                        value=value,
                    )
                )
        if self._reading.done():
            raise ServiceError(_GONE)
        answer: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        text = "".join(f"{name}: {value}\r\n" for name, value in pairs)
        self._writer.write(f"{text}\r\n".encode())
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                fields = await answer
        except TimeoutError as error:
            raise ServiceError(Said("Asterisk does not answer {action}.", action=action)) from error
        finally:
            del self._answers[number]
        if fields["Response"] != "Success":
            raise ServiceError(
                Said("Asterisk refused {action}: {why}", action=action, why=fields.get("Message"))
            )
        return fields

    async def _read(self) -> None:
        with suppress(OSError):  # a reset is an end like any other
            await self._read_to_the_end()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ServiceError(_GONE))
        self._events.put_nowait({})  # wakes whoever waits for the next one

    async def _read_to_the_end(self) -> None:
        await self._reader.readline()  # the greeting
        fields: dict[str, str] = {}
        async for raw in self._reader:
            line = raw.decode(errors="replace").rstrip("\r\n")
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
            else:
                self._take(fields)
                fields = {}

    def _take(self, fields: dict[str, str]) -> None:
        answer = self._answers.get(fields.get("ActionID", ""))
        if "Event" in fields:
            self._events.put_nowait(fields)
        elif answer is not None and not answer.done():
            answer.set_result(fields)
