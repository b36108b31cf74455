"""Redis dies, hangs or forgets in the middle; callers go on finding agents."""

import asyncio
import time

import pytest

from ari_app.live.agents import AgentBoard
from tests.live.house import House, becomes_true, state

pytestmark = pytest.mark.real


def stored(house: House, slug: str = "bold") -> dict[str, str]:
    return house.server.stored(f"duudlaga:agent:{slug}")


async def back_in_touch(house: House, *boards: AgentBoard) -> None:
    """Redis answers, and what it has stored is what the boards know."""
    await becomes_true(lambda: not any(board.degraded for board in boards))
    for board in boards:
        for agent in board.view():
            record = stored(house, agent.slug)
            assert (record["state"], record["call"] or None) == (agent.state, agent.call)


async def test_redis_dies_and_the_next_caller_still_gets_an_agent(house: House) -> None:
    board = await house.board()
    await board.phone_registered("bold")
    house.server.kill()
    began = time.monotonic()
    assert await board.reserve("bold", "call")
    assert time.monotonic() - began < 0.5
    assert board.degraded
    assert not await board.reserve("bold", "another"), "one agent, one caller, also alone"


async def test_redis_hangs_and_the_caller_waits_a_quarter_second_once(house: House) -> None:
    board = await house.board(agents=("bold", "saraa"))
    await board.phone_registered("bold")
    await board.phone_registered("saraa")
    house.server.freeze()
    began = time.monotonic()
    assert await board.reserve("bold", "call-1")
    assert 0.2 < time.monotonic() - began < 0.45
    began = time.monotonic()
    assert await board.reserve("saraa", "call-2")
    assert await board.talking("saraa", "call-2")
    assert time.monotonic() - began < 0.05
    house.server.thaw()
    await back_in_touch(house, board)
    assert (state(board, "bold"), state(board, "saraa")) == ("reserved", "talking")


async def test_a_reservation_that_hung_redis_carries_out_too_late_holds_nobody(
    house: House,
) -> None:
    board = await house.board()
    await board.phone_registered("bold")
    house.server.freeze()
    assert await board.reserve("bold", "call")
    assert await board.release("bold", "call", "cancelled")
    house.server.thaw()
    await back_in_touch(house, board)
    assert state(board) == "ready"


async def test_redis_comes_back_empty_and_the_talk_is_known_again(house: House) -> None:
    here, there = await house.board("here"), await house.board("there")
    await here.phone_registered("bold")
    await here.reserve("bold", "call")
    house.server.kill()
    assert await here.talking("bold", "call")
    house.server.start()
    await back_in_touch(house, here, there)
    await becomes_true(lambda: state(here) == state(there) == "talking")
    assert not await there.reserve("bold", "another")


async def test_redis_comes_back_with_an_old_dump_and_the_newer_truth_wins(house: House) -> None:
    board = await house.board()
    await board.phone_registered("bold")
    house.server.save()
    await board.reserve("bold", "call")
    await board.talking("bold", "call")
    house.server.kill()
    await becomes_true(lambda: board.degraded)
    house.server.start()
    assert (stored(house))["state"] in {"ready", "talking"}
    await back_in_touch(house, board)
    assert state(board) == "talking"


async def test_redis_is_flushed_while_nothing_happens_and_is_filled_again(house: House) -> None:
    here, there = await house.board("here"), await house.board("there")
    await here.phone_registered("bold")
    await here.reserve("bold", "call")
    await becomes_true(lambda: state(there) == "reserved")
    house.server.flush()
    deadline = time.monotonic() + 3
    while (stored(house)).get("state") != "reserved":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    assert not await there.reserve("bold", "another")


async def test_redis_is_flushed_and_two_controllers_reach_for_one_agent(house: House) -> None:
    here, there = await house.board("here"), await house.board("there")
    await here.phone_registered("bold")
    for n in range(20):
        await becomes_true(lambda: state(here) == state(there) == "ready")
        house.server.flush()
        got = await asyncio.gather(here.reserve("bold", f"{n}-h"), there.reserve("bold", f"{n}-t"))
        assert sorted(got) == [False, True]
        winner, call = (here, f"{n}-h") if got[0] else (there, f"{n}-t")
        assert await winner.release("bold", call, "cancelled")


async def test_a_controller_that_starts_without_redis_works_and_tells_later(house: House) -> None:
    house.server.kill()
    board = await house.board()
    assert board.degraded
    assert await board.phone_registered("bold")
    assert await board.reserve("bold", "call")
    house.server.start()
    await back_in_touch(house, board)
    assert state(board) == "reserved"


async def test_a_controller_that_starts_without_redis_does_not_end_a_pause(house: House) -> None:
    first = await house.board()
    await first.phone_registered("bold")
    await first.pause("bold", "lunch")
    await first.stop()
    house.server.save()
    house.server.kill()
    second = await house.board()
    assert await second.phone_registered("bold")
    assert state(second) == "ready", "nobody here remembers the pause"
    house.server.start()
    await back_in_touch(house, second)
    agent = second.get("bold")
    assert agent is not None
    assert (agent.state, agent.reason) == ("paused", "lunch")
    assert house.changes[-1] == ("bold", "ready", "paused", "lunch")


async def test_a_whole_day_of_redis_dying_loses_no_agent(house: House) -> None:
    board = await house.board(agents=("bold", "saraa"))
    for slug in ("bold", "saraa"):
        await board.phone_registered(slug)
    for n in range(6):
        call = f"call-{n}"
        assert await board.reserve("bold", call)
        house.server.kill()
        assert await board.ringing("bold", call, 20)
        assert await board.talking("bold", call)
        house.server.start()
        assert await board.release("bold", call, "talked", wrap_up_seconds=5)
        assert await board.wrap_up_over("bold")
        await back_in_touch(house, board)
    agent = board.get("bold")
    assert agent is not None
    assert (agent.state, agent.calls_today) == ("ready", 6)
