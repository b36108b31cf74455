"""Commands of people to the controllers (pause an agent, reload the snapshot), with answers.

A command is published on ``duudlaga:commands``; every controller that listens carries it out and
puts its answer on the command's reply list, which lapses after a minute.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from ari_app.live.agent_store import UNREACHABLE
from ari_app.live.names import COMMANDS_CHANNEL, reply_key

REPLY_LAPSE_SECONDS = 60
RETRY_SECONDS = 0.5

log = structlog.get_logger(__name__)


class CommandRefusedError(Exception):
    """A controller will not carry out a command; the message is the answer to the person."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one controller says: done, or why not."""

    controller: str
    done: bool
    message: str = ""


Handler = Callable[[str, Mapping[str, Any]], Awaitable[str]]
"""Carries out ``(name, arguments)`` and returns what to tell; CommandRefusedError to decline."""


def send(
    client: BlockingRedis,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    within_seconds: float = 3.0,
) -> list[Answer]:
    """Send a command and return the controllers' answers, as many as came in time.

    For CLI and web: it blocks. An empty list says that no controller listens.
    """
    command = str(uuid.uuid4())
    text = json.dumps({"id": command, "name": name, "arguments": dict(arguments or {})})
    listening = int(client.publish(COMMANDS_CHANNEL, text))
    ends = time.monotonic() + within_seconds
    answers: list[Answer] = []
    while len(answers) < listening and (left := ends - time.monotonic()) > 0:
        item = client.blpop([reply_key(command)], timeout=max(left, 0.01))
        if item is not None:
            answers.append(Answer(**json.loads(item[1])))
    return answers


class CommandListener:
    """The controller's ear: hears every command for as long as it runs and answers it."""

    def __init__(self, client: Redis, controller: str, handle: Handler) -> None:
        """``controller`` is the name under which it answers."""
        self._redis = client
        self._controller = controller
        self._handle = handle
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def start(self) -> None:
        """Listen from now on; returns after the first try, also when Redis is away."""
        self._task = asyncio.create_task(self._listen(), name="command listener")
        await self._listening.wait()

    async def stop(self) -> None:
        """Listen no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _listen(self) -> None:
        while True:
            pubsub = self._redis.pubsub()
            try:
                await pubsub.subscribe(COMMANDS_CHANNEL)
                async for message in pubsub.listen():
                    self._listening.set()
                    if message["type"] == "message":
                        await self._answer(message["data"])
            except UNREACHABLE as error:
                log.warning("commands_not_heard", reason=f"{type(error).__name__}: {error}")
                self._listening.set()
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _answer(self, text: str) -> None:
        try:
            command = json.loads(text)
            key, name = reply_key(str(command["id"])), str(command["name"])
            arguments = dict(command["arguments"])
        except (ValueError, KeyError, TypeError) as error:
            log.warning("command_unreadable", reason=repr(error))
            return
        answer = await self._carry_out(name, arguments)
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.rpush(key, json.dumps(asdict(answer), ensure_ascii=False))
        pipeline.expire(key, REPLY_LAPSE_SECONDS)
        await pipeline.execute()

    async def _carry_out(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        try:
            return Answer(self._controller, done=True, message=await self._handle(name, arguments))
        except CommandRefusedError as error:
            return Answer(self._controller, done=False, message=str(error))
        except Exception as error:
            # A command of a person must not take the controller's ear away.
            log.exception("command_failed", command=name)
            return Answer(self._controller, done=False, message=f"{name} failed: {error!r}")
