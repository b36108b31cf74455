"""A supervisor tells the controllers what to do."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from ari_app.live.commands import Answer, CommandListener, CommandRefusedError, send
from tests.live.house import House

pytestmark = pytest.mark.real


async def handle(name: str, arguments: Mapping[str, Any]) -> str:
    if name == "pause_agent":
        return f"{arguments['agent']} is paused"
    if name == "break":
        raise ZeroDivisionError("a fault of ours")
    raise CommandRefusedError(f"This controller knows no command {name}.")


async def ask(house: House, name: str, **arguments: Any) -> list[Answer]:
    with house.server.client() as client:
        return await asyncio.to_thread(send, client, name, arguments, 2.0)


async def test_every_controller_answers(house: House) -> None:
    listeners = [CommandListener(house.client(), name, handle) for name in ("here", "there")]
    for listener in listeners:
        await listener.start()
    try:
        answers = await ask(house, "pause_agent", agent="bold")
    finally:
        for listener in listeners:
            await listener.stop()
    assert sorted(answers, key=lambda answer: answer.controller) == [
        Answer("here", done=True, message="bold is paused"),
        Answer("there", done=True, message="bold is paused"),
    ]


async def test_nobody_listens_and_the_supervisor_is_told_at_once(house: House) -> None:
    assert await ask(house, "pause_agent", agent="bold") == []


async def test_a_command_that_fails_is_answered_and_the_next_one_is_still_heard(
    house: House,
) -> None:
    listener = CommandListener(house.client(), "here", handle)
    await listener.start()
    try:
        [unknown] = await ask(house, "dance")
        [broken] = await ask(house, "break")
        with house.server.client() as client:
            client.publish("duudlaga:commands", "not a command")
        [done] = await ask(house, "pause_agent", agent="bold")
    finally:
        await listener.stop()
    assert (unknown.done, unknown.message) == (False, "This controller knows no command dance.")
    assert not broken.done
    assert "a fault of ours" in broken.message
    assert done.done


async def test_redis_is_started_again_and_commands_are_heard_again(house: House) -> None:
    listener = CommandListener(house.client(), "here", handle)
    await listener.start()
    try:
        house.server.kill()
        house.server.start()
        answers: list[Answer] = []
        for _ in range(30):
            answers = await ask(house, "pause_agent", agent="bold")
            if answers:
                break
            await asyncio.sleep(0.1)
        assert [answer.done for answer in answers] == [True]
    finally:
        await listener.stop()
