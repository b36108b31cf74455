"""What supervisors see of the waiting line."""

import json
import time

import pytest

from ari_app.acd.waiting import Waiting
from ari_app.live.waiting import WaitingBoard
from tests.live.house import House, becomes_true

pytestmark = pytest.mark.real


def caller(call: str) -> Waiting:
    return Waiting(call, "clinic", "reception", since=1_000.0, missed_agents=frozenset({"bold"}))


def shown(house: House) -> dict[str, str]:
    return house.server.stored("duudlaga:waiting:clinic:here")


async def test_a_caller_appears_and_disappears_on_the_board(house: House) -> None:
    board = WaitingBoard(house.client(), "here")
    board.start([caller("before")])
    try:
        board.joined(caller("one"))
        await becomes_true(lambda: shown(house).keys() == {"before", "one"})
        facts = json.loads(shown(house)["one"])
        assert (facts["queue"], facts["since"], facts["missed_agents"]) == (
            "reception", 1_000.0, ["bold"],
        )  # fmt: skip
        board.left("one")
        board.left("nobody")
        await becomes_true(lambda: shown(house).keys() == {"before"})
        with house.server.client() as client:
            assert 0 < int(client.ttl("duudlaga:waiting:clinic:here")) <= 15
    finally:
        await board.stop()


async def test_redis_hangs_and_the_call_goes_on_without_waiting(house: House) -> None:
    board = WaitingBoard(house.client(), "here")
    board.start()
    try:
        house.server.freeze()
        began = time.monotonic()
        for n in range(100):
            board.joined(caller(str(n)))
        assert time.monotonic() - began < 0.05
        house.server.thaw()
        await becomes_true(lambda: len(shown(house)) == 100)
    finally:
        await board.stop()


async def test_redis_dies_and_comes_back_with_nothing_and_the_line_is_shown_again(
    house: House,
) -> None:
    board = WaitingBoard(house.client(), "here")
    board.start([caller("one")])
    try:
        await becomes_true(lambda: "one" in shown(house))
        house.server.kill()
        board.joined(caller("two"))
        house.server.start()
        await becomes_true(lambda: shown(house).keys() == {"one", "two"}, within_seconds=3)
    finally:
        await board.stop()
