"""Several controllers share one team."""

import asyncio
import json
from typing import Any

import pytest

from ari_app.acd.agents import AgentView
from tests.live.house import House, becomes_true, state

pytestmark = pytest.mark.real


async def test_of_two_controllers_that_reach_for_one_agent_exactly_one_gets_there(
    house: House,
) -> None:
    here, there = await house.board("here"), await house.board("there")
    await here.phone_registered("bold")
    for n in range(200):
        await becomes_true(lambda: state(here) == state(there) == "ready")
        calls = (f"{n}-here", f"{n}-there")
        got = await asyncio.gather(here.reserve("bold", calls[0]), there.reserve("bold", calls[1]))
        assert sorted(got) == [False, True]
        winner, call = (here, calls[0]) if got[0] else (there, calls[1])
        assert await winner.release("bold", call, "cancelled")


async def test_an_agent_in_a_call_here_is_seen_busy_by_the_other_controller(house: House) -> None:
    here, there = await house.board("here"), await house.board("there")
    await here.phone_registered("bold")
    assert await here.reserve("bold", "call")
    assert await here.ringing("bold", "call", 20)
    assert await here.talking("bold", "call")
    await becomes_true(lambda: state(there) == "talking")
    assert not await there.reserve("bold", "another")
    assert await here.release("bold", "call", "talked", wrap_up_seconds=10)
    await becomes_true(lambda: state(there) == "wrap_up")
    house.offset = 10
    await there.tick("2026-11-22")
    await becomes_true(lambda: state(here) == "ready")
    assert [change[2] for change in house.changes] == [
        "ready", "reserved", "ringing", "talking", "wrap_up", "ready",
    ]  # fmt: skip


async def test_a_phone_that_comes_and_goes_in_one_breath_is_away(house: House) -> None:
    board = await house.board()
    for _ in range(20):
        await asyncio.gather(board.phone_registered("bold"), board.phone_lost("bold"))
        assert state(board) == "offline"
        await asyncio.gather(board.phone_registered("bold"), board.pause("bold", "tea"))
        assert state(board) == "paused"
        await asyncio.gather(board.unpause("bold"), board.phone_lost("bold"))
        assert state(board) == "offline"


async def test_an_agent_reserved_by_a_controller_that_died_is_ready_again(house: House) -> None:
    dying, living = await house.board("dying"), await house.board("living")
    await dying.phone_registered("bold")
    assert await dying.reserve("bold", "call", lease_seconds=10)
    await dying.stop()
    await becomes_true(lambda: state(living) == "reserved")
    await living.tick("2026-11-22")
    assert state(living) == "reserved", "the lease still runs"
    house.offset = 10
    await living.tick("2026-11-22")
    assert state(living) == "ready"


async def test_a_restarted_controller_finds_its_agents_as_it_left_them(house: House) -> None:
    first = await house.board(agents=("bold", "saraa"))
    for slug in ("bold", "saraa"):
        await first.phone_registered(slug)
        assert await first.reserve(slug, f"call-{slug}")
        assert await first.talking(slug, f"call-{slug}")
    await first.stop()
    second = await house.board(agents=("bold", "saraa"))
    assert (state(second, "bold"), state(second, "saraa")) == ("talking", "talking")
    await second.reconcile(frozenset({"call-bold"}))
    assert (state(second, "bold"), state(second, "saraa")) == ("talking", "ready")


async def test_the_wall_hears_every_change_with_a_number(house: House) -> None:
    client = house.client()
    async with client.pubsub(ignore_subscribe_messages=True) as wall:
        await wall.subscribe("duudlaga:agents")
        await wall.get_message(timeout=1)
        board = await house.board()
        await board.phone_registered("bold")
        await board.pause("bold", "lunch")
        heard: list[dict[str, Any]] = []
        while len(heard) < 3:
            message = await wall.get_message(timeout=2)
            assert message is not None
            heard.append(json.loads(message["data"]))
    assert [change["sequence"] for change in heard] == [1, 2, 3]
    assert [(change["state"], change["reason"]) for change in heard] == [
        ("offline", ""), ("ready", ""), ("paused", "lunch"),
    ]  # fmt: skip


async def test_a_new_agent_is_known_as_the_other_controllers_know_them(house: House) -> None:
    there = await house.board("there", agents=("bold", "saraa"))
    await there.phone_registered("saraa")
    here = await house.board("here")
    here.set_house({slug: AgentView(slug, levels={"clinic": 2}) for slug in ("bold", "saraa")})
    await becomes_true(lambda: state(here, "saraa") == "ready")
    known = here.get("saraa")
    assert known is not None
    assert known.levels == {"clinic": 2}


async def test_an_agent_who_left_the_house_during_a_call_ends_it_in_peace(house: House) -> None:
    board = await house.board()
    await board.phone_registered("bold")
    await board.reserve("bold", "call")
    board.set_house({})
    assert state(board) == "reserved"
    assert await board.release("bold", "call", "cancelled")
    board.set_house({})
    assert board.view() == []


async def test_a_free_agent_is_reserved_within_two_milliseconds(house: House) -> None:
    """On a quiet machine p99 is under 2 ms; the bound here leaves room for a busy one."""
    board = await house.board()
    await board.phone_registered("bold")
    loop = asyncio.get_running_loop()
    took = []
    for n in range(300):
        began = loop.time()
        assert await board.reserve("bold", str(n))
        took.append(loop.time() - began)
        await board.release("bold", str(n), "cancelled")
    took.sort()
    assert took[150] < 0.002
    assert took[297] < 0.02
