"""A caller who is to press a key is sent silence; in a bridge nothing is sent beside the sound."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from ari_app.flow import commands as c
from ari_app.flow.engine import Flow
from ari_app.flow.run import Leg, Run
from ari_app.telephony.ari import Ari
from ari_app.telephony.call import Call
from ari_app.telephony.execute import Executor
from ari_app.telephony.queues import Queues
from ari_app.telephony.silence import hears_nothing
from ari_app.telephony.talks import Talks
from tests.telephony.played_asterisk import NoQueues, PlayedAsterisk
from tests.telephony.test_switchboard import BUNDLE, CALL

FLOW = Flow.load(BUNDLE)
QUIET = replace(FLOW.start(CALL, "+97670110001", 1000.0), answered=True)
SILENCE = "channels/1.1/silence"


class MusicQueues(NoQueues):
    def music(self, call: Call, wanted: str) -> str:
        return wanted


class Scene:
    def __init__(self) -> None:
        self.asterisk = PlayedAsterisk()
        self.hands = Executor(
            cast("Ari", self.asterisk),
            cast("Queues", MusicQueues()),
            cast("Talks", NoQueues()),
            lambda _client, _language, item: f"sound:{item}",
            lambda _call, _client, _entry: None,
            lambda: 1009.0,
        )
        self.call = Call(CALL, "1.1", "anu-clinic", FLOW, QUIET, "bundle")

    def asked(self) -> list[str]:
        """Of what Asterisk was asked: silence, prompts, recordings and bridges, in order."""
        words = [line.partition("?")[0] for line in self.asterisk.asked]
        return [word for word in words if not word.endswith("variable")]


@pytest.mark.parametrize(
    ("run", "quiet"),
    [
        (QUIET, True),
        (replace(QUIET, answered=False), False),
        (replace(QUIET, playing="p"), False),
        (replace(QUIET, recording="r"), False),
        (replace(QUIET, music=True), False),
        (replace(QUIET, legs={"a": Leg("a", "ringing")}), True),
        (replace(QUIET, legs={"a": Leg("a", "talking")}), False),
        (replace(QUIET, outcome="answered"), False),
    ],
)
def test_who_hears_nothing_is_told_by_the_run(run: Run, quiet: bool) -> None:
    assert hears_nothing(run) is quiet


async def test_who_hears_nothing_is_sent_silence_once() -> None:
    scene = Scene()
    scene.hands.fill(scene.call)
    scene.hands.fill(scene.call)
    assert scene.asked() == [f"POST {SILENCE}"]


async def test_after_a_prompt_silence_is_sent_anew() -> None:
    scene = Scene()
    scene.hands.fill(scene.call)
    scene.hands.do(scene.call, c.Play("p1", ("client:menu",), "mn"))
    scene.call.run = replace(QUIET, playing="p1")
    scene.hands.fill(scene.call)
    scene.call.run = QUIET
    scene.hands.fill(scene.call)
    assert scene.asked() == [f"POST {SILENCE}", "POST channels/1.1/play/p1", f"POST {SILENCE}"]


async def test_a_recording_takes_the_place_of_silence() -> None:
    scene = Scene()
    scene.hands.fill(scene.call)
    scene.hands.do(scene.call, c.Record("r1", 20, 3))
    scene.hands.fill(scene.call)
    assert scene.asked()[-1] == f"POST {SILENCE}"


async def test_silence_ends_before_the_caller_waits_with_music() -> None:
    scene = Scene()
    scene.hands.fill(scene.call)
    scene.hands.do(scene.call, c.StartMusic("m1"))
    room = f"bridges/{CALL}-hold"
    assert scene.asked() == [
        f"POST {SILENCE}", f"POST {room}", f"DELETE {SILENCE}", f"POST {room}/addChannel",
    ]  # fmt: skip


async def test_nobody_asks_for_the_end_of_silence_that_never_began() -> None:
    scene = Scene()
    scene.hands.do(scene.call, c.Play("p1", ("client:menu",), "mn"))
    scene.hands.do(scene.call, c.StartMusic("m1"))
    assert f"DELETE {SILENCE}" not in scene.asked()
