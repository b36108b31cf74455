"""Who is taken into a line, who keeps the place, and who is sent on because nobody will come."""

from __future__ import annotations

from typing import Any, cast

import pytest
from msgspec.structs import replace

from ari_app.acd.agents import AgentView
from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.live.agents import AgentBoard
from ari_app.snapshot.reader import Snapshot
from ari_app.telephony.call import Call
from ari_app.telephony.queues import Queues

BUSY = AgentView("bold", levels={"anu-clinic": 5}, state="talking", registered=True)
LUNCH = AgentView("bold", {"anu-clinic": 5}, state="paused", registered=True, reason="lunch")
HOME = AgentView("bold", {"anu-clinic": 5}, state="paused", registered=True, reason="off_duty")


class Board:
    """The agents as a test wants them."""

    def __init__(self) -> None:
        self.agents = [BUSY]

    def view(self) -> list[AgentView]:
        return self.agents


class House:
    """Has one queue, which takes two callers."""

    def queue(self, client: str, queue: str) -> dict[str, Any]:
        return {"max_waiting": 2}


class Scene:
    def __init__(self) -> None:
        self.now = 1000.0
        self.told: list[tuple[str, e.Event]] = []
        self.board = Board()
        self.queues = Queues(
            cast("AgentBoard", self.board), lambda: cast("Snapshot", House()), lambda: self.now
        )
        self.queues.post = lambda call, event: self.told.append((call.id, event))

    def joins(self, name: str, *, back: bool = False) -> e.Event:
        call = Call(name, name, "anu-clinic", cast("Any", None), cast("Any", None), "sha")
        self.queues.join(call, c.JoinQueue(f"{name}-1", "reception", self.now, back=back))
        return self.told[-1][1]

    def refused(self) -> list[str]:
        return [call for call, event in self.told if isinstance(event, e.QueueRefused)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_caller_whose_agent_did_not_answer_is_not_put_out_as_one_too_many(scene: Scene) -> None:
    scene.joins("first")
    scene.joins("second")
    assert scene.joins("third") == e.QueueRefused("reception", "full")
    assert isinstance(scene.joins("rung-for", back=True), e.QueueJoined)


def test_nobody_on_duty_takes_no_caller_in(scene: Scene) -> None:
    scene.board.agents = [HOME]
    assert scene.joins("first") == e.QueueRefused("reception", "no_agents")


def test_callers_wait_for_agents_on_a_break_but_not_for_ever(scene: Scene) -> None:
    scene.board.agents = [LUNCH]
    assert scene.joins("first") == e.QueueJoined("reception", 1, 0)
    for _ in range(120):
        scene.queues._tell_nobody_there()
        scene.now += 1
    assert scene.refused() == []
    scene.now += 2
    scene.queues._tell_nobody_there()
    assert scene.refused() == ["first"]


def test_a_caller_who_has_just_come_is_not_sent_on_because_others_have_waited_long(
    scene: Scene,
) -> None:
    scene.board.agents = [LUNCH]
    scene.joins("first")
    scene.queues._tell_nobody_there()
    scene.now += 121
    scene.joins("second")
    scene.queues._tell_nobody_there()
    assert scene.refused() == ["first"]
    scene.now += 121
    scene.queues._tell_nobody_there()
    assert scene.refused() == ["first", "second"]


def test_a_break_that_ends_begins_anew_with_the_next_one(scene: Scene) -> None:
    scene.board.agents = [LUNCH]
    scene.joins("first")
    for agents in ([LUNCH], [BUSY], [LUNCH]):
        scene.board.agents = agents
        for _ in range(100):
            scene.queues._tell_nobody_there()
            scene.now += 1
    assert scene.refused() == []


def test_a_caller_in_place_is_told_the_wait_as_it_is_now(scene: Scene) -> None:
    assert scene.joins("first") == e.QueueJoined("reception", 1, 1, 180.0)
    for agents, expected in (
        ([LUNCH], e.QueueMoved("reception", 1, None)),
        ([BUSY], e.QueueMoved("reception", 1, 180.0)),
        ([BUSY, replace(BUSY, slug="saraa")], e.QueueMoved("reception", 1, 90.0)),
    ):
        scene.board.agents = agents
        scene.queues._tell_places()
        assert scene.told[-1][1] == expected
        told = len(scene.told)
        scene.queues._tell_places()
        assert len(scene.told) == told


def test_agents_who_went_home_are_waited_for_a_few_seconds(scene: Scene) -> None:
    scene.joins("first")
    scene.board.agents = [HOME]
    scene.queues._tell_nobody_there()
    scene.now += 11
    scene.queues._tell_nobody_there()
    assert scene.refused() == ["first"]


def test_a_new_break_does_not_count_from_one_that_nobody_saw_end(scene: Scene) -> None:
    scene.board.agents = [LUNCH]
    scene.joins("first")
    scene.queues._tell_nobody_there()
    scene.queues._remove("first")
    scene.queues._tell_nobody_there()
    scene.now += 3600
    scene.joins("second")
    scene.queues._tell_nobody_there()
    assert scene.refused() == []
