"""An agent wraps up after a talk, from the moment when it ended."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ari_app.flow import commands as c
from ari_app.flow.run import Run
from ari_app.live.agents import AgentBoard
from ari_app.snapshot.reader import Snapshot
from ari_app.telephony.call import Call
from ari_app.telephony.queues import Queues
from tests.flow.story import START


class Board:
    """Writes down for how long agents are to wrap up."""

    def __init__(self) -> None:
        self.wrap_ups: list[float] = []

    async def release(self, agent: str, call: str, result: str, seconds: float, _: int) -> bool:
        self.wrap_ups.append(seconds)
        return True


class House:
    """Has one queue."""

    def queue(self, client: str, queue: str) -> dict[str, Any]:
        return {"wrap_up_seconds": 30}


@pytest.mark.parametrize(
    ("result", "ended_before", "seconds"),
    [("talked", None, 30), ("talked", 10, 20), ("talked", 60, 0), ("unreachable", 10, 0)],
)
async def test_of_the_wrap_up_is_left_what_has_not_passed_since_the_talk(
    result: str, ended_before: float | None, seconds: float
) -> None:
    board = Board()
    queues = Queues(cast("AgentBoard", board), lambda: cast("Snapshot", House()), lambda: START)
    run = Run("call", "anu-clinic", "", "main", 1, "en", START - 90, last_queue="reception")
    call = Call("call", "duudlaga-1.1", "anu-clinic", cast("Any", None), run, "sha")
    since = None if ended_before is None else START - ended_before
    queues.release(call, c.ReleaseAgent("call-1-001", "bold", result, since))
    await queues.close()
    assert board.wrap_ups == [seconds]
