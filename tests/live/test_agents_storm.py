"""A bad night: Redis dies, hangs and forgets at random while two controllers work."""

import asyncio
import random

import pytest

from ari_app.live.agents import AgentBoard
from tests.live.house import House, becomes_true

pytestmark = [pytest.mark.real, pytest.mark.fault]

TEAM = ("bold", "saraa", "dorj")


def chance(seed: int) -> random.Random:
    """The same storm every time."""
    return random.Random(seed)  # noqa: S311 - nothing secret


async def answer_calls(board: AgentBoard, name: str, dice: random.Random, calls: int) -> None:
    """Take calls one after another with whoever is free; every agent taken is given back."""
    for n in range(calls):
        call, agent = f"{name}-{n}", dice.choice(TEAM)
        if await board.reserve(agent, call):
            await board.ringing(agent, call, 20)
            await asyncio.sleep(dice.random() * 0.02)
            result = dice.choice(("talked", "cancelled", "refused"))
            if result == "talked":
                await board.talking(agent, call)
            await board.release(agent, call, result)
        await asyncio.sleep(dice.random() * 0.02)


async def break_redis(house: House, dice: random.Random, times: int) -> None:
    for _ in range(times):
        match dice.choice(("kill", "freeze", "flush")):
            case "kill":
                house.server.kill()
                await asyncio.sleep(0.2)
                house.server.start()
            case "freeze":
                house.server.freeze()
                await asyncio.sleep(0.4)
                house.server.thaw()
            case "flush":
                house.server.flush()
        await asyncio.sleep(0.6)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_after_a_bad_night_every_agent_is_ready_and_all_agree(
    house: House, seed: int
) -> None:
    here, there = await house.board("here", TEAM), await house.board("there", TEAM)
    for agent in TEAM:
        await here.phone_registered(agent)
    await asyncio.gather(
        answer_calls(here, "here", chance(seed), 120),
        answer_calls(there, "there", chance(seed + 100), 120),
        break_redis(house, chance(seed + 200), 4),
    )

    def stored_states() -> list[str]:
        return [house.server.stored(f"duudlaga:agent:{agent}").get("state", "") for agent in TEAM]

    def all_agree() -> bool:
        boards = [[agent.state for agent in board.view()] for board in (here, there)]
        return not (here.degraded or there.degraded) and boards == [stored_states()] * 2

    await becomes_true(all_agree)
    house.offset = 60  # a lease left over from a time apart has ended by now
    await here.tick("2026-11-22")
    await there.tick("2026-11-22")
    await becomes_true(lambda: all_agree() and stored_states() == ["ready"] * 3)
