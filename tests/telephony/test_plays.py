"""A prompt that Asterisk accepts and drops is noticed within a second, and heard all the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import cast

import pytest

from ari_app.flow.commands import Play
from ari_app.flow.engine import Flow
from ari_app.flow.entries import Entry
from ari_app.telephony import plays as plays_module
from ari_app.telephony.ari import Ari, Response
from ari_app.telephony.call import Call
from ari_app.telephony.plays import Plays, fate
from tests.telephony.test_switchboard import BUNDLE, CALL

PLAY = Play(f"{CALL}-2-001", ("client:welcome",), "mn", "welcome")
AGAIN = f"{PLAY.id}-again"


class ForgetfulAsterisk:
    """Accepts every play; ``states`` says what it knows of each when it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.states: dict[str, str] = {}

    def request(self, method: str, uri: str, lane: str = "") -> asyncio.Future[Response]:
        self.asked.append(f"{method} {uri.partition('?')[0]}")
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        response = Response(status=201)
        if method == "GET":
            state = self.states.get(uri.rpartition("/")[2])
            response = (
                Response(status=404)
                if state is None
                else Response(status=200, body=json.dumps({"state": state}))
            )
        answer.set_result(response)
        return answer


class Scene:
    def __init__(self) -> None:
        self.asterisk = ForgetfulAsterisk()
        self.entries: list[tuple[str, float]] = []
        self.failed: list[str] = []
        self.plays = Plays(
            cast("Ari", self.asterisk),
            lambda _call, _client, entry: self._keep(entry),
            lambda _call, _command, _answer: None,
            lambda _call, command: self.failed.append(command),
            lambda: 1009.0,
        )
        flow = Flow.load(BUNDLE)
        run = flow.start(CALL, "+97670110001", 1000.0)
        self.call = Call(CALL, "duudlaga-1.1", "anu-clinic", flow, run, "sha")

    def _keep(self, entry: Entry) -> None:
        assert entry.data["items"] == ["client:welcome"]
        assert entry.data["node"] == "welcome"
        self.entries.append((entry.kind, entry.at))

    async def a_second_passes(self) -> None:
        """The play is looked for, if it is still to be."""
        play = self.call.play
        if play is not None and play.timer is not None and not play.timer.cancelled():
            play.timer.cancel()
            self.plays._look(self.call, play)
        for _ in range(3):
            await asyncio.sleep(0)  # Asterisk's answers

    def plays_sent(self) -> list[str]:
        return [line.rpartition("/")[2] for line in self.asterisk.asked if line.startswith("POST")]


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr(plays_module, "BEGIN_SECONDS", 3600.0)  # seconds pass when a test says so
    made = Scene()
    made.plays.play(made.call, PLAY, "sound:welcome")
    yield made
    made.plays.stop(made.call, PLAY.id)


async def test_the_journal_says_when_the_sound_began(scene: Scene) -> None:
    assert scene.entries == [], "it was asked for, and nobody has heard it yet"
    scene.plays.began(scene.call, PLAY.id, 1002.5)
    await scene.a_second_passes()
    assert scene.plays.finished(scene.call, PLAY.id, 1004.0) == PLAY.id
    assert scene.entries == [("prompt_played", 1002.5)]
    assert scene.plays_sent() == [PLAY.id]


async def test_a_lost_prompt_is_played_again(scene: Scene) -> None:
    await scene.a_second_passes()
    assert scene.plays_sent() == [PLAY.id, AGAIN]
    scene.plays.began(scene.call, AGAIN, 1003.0)
    assert scene.plays.finished(scene.call, PLAY.id, 1003.1) is None, "the first one is over"
    assert scene.plays.finished(scene.call, AGAIN, 1005.0) == PLAY.id
    assert scene.entries == [("prompt_played", 1003.0)]
    assert (scene.failed, scene.plays.repeated) == ([], 1)


async def test_a_prompt_that_is_lost_twice_is_passed_over_and_the_story_says_so(
    scene: Scene,
) -> None:
    await scene.a_second_passes()
    assert scene.plays_sent() == [PLAY.id, AGAIN]
    await scene.a_second_passes()
    assert scene.failed == [PLAY.id]
    assert scene.entries == [("prompt_silent", 1009.0)]


async def test_a_prompt_whose_beginning_is_told_late_is_not_played_twice(scene: Scene) -> None:
    scene.asterisk.states[PLAY.id] = "playing"
    await scene.a_second_passes()
    scene.plays.began(scene.call, PLAY.id, 1003.0)
    assert scene.plays_sent() == [PLAY.id]
    assert scene.entries == [("prompt_played", 1003.0)]


async def test_a_prompt_that_waits_its_turn_in_asterisk_is_looked_for_again(scene: Scene) -> None:
    scene.asterisk.states[PLAY.id] = "queued"
    await scene.a_second_passes()
    assert scene.plays_sent() == [PLAY.id]
    del scene.asterisk.states[PLAY.id]
    await scene.a_second_passes()
    assert scene.plays_sent() == [PLAY.id, AGAIN]


async def test_a_prompt_that_the_flow_stopped_is_not_looked_for(scene: Scene) -> None:
    scene.plays.stop(scene.call, PLAY.id)
    await scene.a_second_passes()
    assert scene.asterisk.asked == [
        f"POST channels/duudlaga-1.1/play/{PLAY.id}",
        f"DELETE playbacks/{PLAY.id}",
    ]
    assert scene.entries == []


async def test_a_caller_who_has_gone_is_played_nothing_more(scene: Scene) -> None:
    scene.call.held = False
    await scene.a_second_passes()
    assert scene.plays_sent() == [PLAY.id]


async def test_a_prompt_that_asterisk_cannot_play_is_silent(scene: Scene) -> None:
    assert scene.plays.finished(scene.call, PLAY.id, 1002.0) == PLAY.id
    assert scene.entries == [("prompt_silent", 1002.0)]


@pytest.mark.parametrize(
    ("status", "state", "what"),
    [
        (404, "", "lost"),
        (200, "queued", "waits"),
        (200, "playing", "began"),
        (200, "continuing", "began"),
        (200, "paused", "began"),
        (503, "", "waits"),
    ],
)
def test_what_became_of_a_play(status: int, state: str, what: str) -> None:
    assert fate(status, state) == what
