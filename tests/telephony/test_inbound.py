"""An agent answers, and the line to Asterisk is slow: the two are joined late, or never."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest

from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow.engine import Flow
from ari_app.journal.store import Journal
from ari_app.journal.tail import Tail
from ari_app.telephony import ari
from ari_app.telephony.ami import Ami
from ari_app.telephony.call import Call
from ari_app.telephony.execute import Executor
from ari_app.telephony.inbound import Inbound
from ari_app.telephony.intake import Intake
from ari_app.telephony.pulse import Pulse
from ari_app.telephony.queues import Queues
from ari_app.telephony.runs import Runs
from ari_app.telephony.switchboard import Switchboard
from ari_app.telephony.talks import Talks
from tests.flow.story import CALLER, bundle
from tests.telephony.played_asterisk import NoQueues, PlayedAsterisk

CALL = "019aaaac-260c-7c04-8a76-f16789710443"
CHANNEL = "duudlaga-1795000000.1"
BEGAN = 1_795_000_000.0
HUNG_UP, OUT_OF_ORDER = 16, 38


class SlowAsterisk(PlayedAsterisk):
    """Begins a recording when ``records`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.records = asyncio.Event()

    async def mixmonitor(self, channel: str, file: str, options: str) -> str:
        await self.records.wait()
        return await super().mixmonitor(channel, file, options)


class Scene:
    """A caller whom an agent has just answered; the recording is still to begin."""

    def __init__(self, folder: Path) -> None:
        self.now = BEGAN
        self.journal = Journal(folder / "journal.db")
        self.asterisk = SlowAsterisk()
        link, ami = cast("ari.Ari", self.asterisk), cast("Ami", self.asterisk)
        runs = Runs(self.journal, self.clock)
        self.talks = Talks(link, ami, folder)
        self.executor = executor = Executor(
            link,
            cast("Queues", NoQueues()),
            self.talks,
            lambda *_: "sound:bye",
            runs.note,
            self.clock,
        )
        self.switchboard = Switchboard(runs, executor, self.clock, Pulse())
        self.talks.may_act = self.switchboard.may_act
        executor.post = self.switchboard.post
        intake = Intake(cast("Any", None), runs, self.switchboard, self.clock, "en")
        self.hear = Inbound(link, self.switchboard, intake, executor, lambda at: at)
        nodes = {"line": {"type": "queue", "queue": "reception", "exits": {"done": "bye"}},
                 "bye": {"type": "hangup", "prompt": "bye"}}  # fmt: skip
        sha, flow = runs.flow(bundle({"nodes": nodes}))
        self.leg = self._answered(sha, flow)

    def clock(self) -> float:
        return self.now

    def _answered(self, sha: str, flow: Flow) -> str:
        run = flow.start(CALL, "+97670110001", BEGAN)
        self.call = Call(CALL, CHANNEL, "anu-clinic", flow, run, sha)
        self.switchboard.add(self.call)
        self.switchboard.post(self.call, e.CallOffered(CALLER, CALLER))
        self.switchboard.post(self.call, e.AgentsReserved("reception", ("bold",), 20.0))
        (leg,) = self.call.run.legs
        self.now += 30
        self.hear(ari.StasisStart(channel=ari.Channel(leg), args=["leg", CALL]))
        return leg

    def leaves(self, channel: str, cause: int = HUNG_UP) -> None:
        self.hear(ari.ChannelDestroyed(channel=ari.Channel(channel), cause=cause))

    def told(self) -> dict[str, dict[str, Any]]:
        with Tail(self.journal.path) as tail:
            return {each.kind: each.data for each in tail.after(0, 1000)}

    async def close(self) -> None:
        self.asterisk.records.set()
        await self.talks.close()
        self.switchboard.close()
        self.journal.close()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    made = Scene(tmp_path)
    await asyncio.sleep(0)  # the recording is asked for
    yield made
    await made.close()


async def test_a_talk_counts_from_the_moment_in_which_the_two_were_joined(scene: Scene) -> None:
    scene.now += 1.2
    scene.asterisk.records.set()
    await asyncio.sleep(0.01)
    scene.now += 9
    scene.leaves(scene.leg)
    told = scene.told()
    assert told["talk_delayed"]["seconds"] == 1.2
    assert (told["talk_ended"]["by"], told["talk_ended"]["seconds"]) == ("agent", 9)
    assert scene.call.run.talked


@pytest.mark.parametrize("cause", [HUNG_UP, OUT_OF_ORDER])
async def test_an_agent_who_leaves_before_that_gives_the_caller_back_to_the_line(
    scene: Scene, cause: int
) -> None:
    scene.now += 1.4
    scene.leaves(scene.leg, cause)
    told = scene.told()
    assert (told["talk_ended"]["by"], told["talk_ended"]["seconds"]) == ("lost", 0)
    assert scene.call.run.queue == "reception"
    assert not scene.call.run.talked


async def test_a_caller_who_hangs_up_before_that_was_not_answered(scene: Scene) -> None:
    scene.now += 1.4
    scene.leaves(CHANNEL)
    told = scene.told()
    assert (told["talk_ended"]["by"], told["talk_ended"]["seconds"]) == ("caller", 0)
    assert told["call_ended"]["outcome"] == "abandoned"
    assert told["callback_booked"]["reason"] == "missed"


async def test_two_who_are_joined_at_once_were_not_delayed(scene: Scene) -> None:
    scene.asterisk.records.set()
    await asyncio.sleep(0.01)
    scene.now += 5
    scene.leaves(CHANNEL)
    told = scene.told()
    assert "talk_delayed" not in told
    assert (told["talk_ended"]["seconds"], told["call_ended"]["outcome"]) == (5, "answered")


async def test_who_takes_an_agents_place_by_replaces_is_hung_up_and_the_agents_leg_with_them(
    scene: Scene,
) -> None:
    scene.asterisk.asked.clear()
    intruder = ari.Channel("duudlaga-1795000007.9", "PJSIP/trunk-00000009")
    scene.hear(ari.StasisStart(channel=intruder, replace_channel=ari.Channel(scene.leg)))
    assert scene.asterisk.asked == [
        f"DELETE channels/{intruder.id}",
        f"DELETE channels/{scene.leg}",
    ]
    assert len(list(scene.switchboard)) == 1


async def test_a_channel_that_came_without_a_word_of_the_dialplan_is_no_caller(
    scene: Scene,
) -> None:
    scene.asterisk.asked.clear()
    scene.hear(ari.StasisStart(channel=ari.Channel("duudlaga-1795000007.9")))
    assert scene.asterisk.asked == ["DELETE channels/duudlaga-1795000007.9"]
    assert len(list(scene.switchboard)) == 1


async def test_one_press_told_twice_is_one_key(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[e.Event] = []
    monkeypatch.setattr(scene.switchboard, "post", lambda _call, event: heard.append(event))
    for second in ("10.100", "10.147", "10.400"):
        scene.hear(
            ari.ChannelDtmfReceived(
                channel=ari.Channel(CHANNEL), digit="7", timestamp=f"2026-11-27T10:00:{second}+0800"
            )
        )
    assert heard == [e.DtmfReceived("7"), e.DtmfReceived("7")]


async def test_a_number_outside_is_rung_with_the_clients_number_and_never_the_callers(
    scene: Scene,
) -> None:
    scene.asterisk.asked.clear()
    scene.executor.do(scene.call, c.RingNumber("leg", "leg", "+97699110000", 20))
    (asked,) = scene.asterisk.asked
    assert "endpoint=PJSIP%2F%2B97699110000%40trunk" in asked
    assert quote("<+97670110001>") in asked
    assert '"REDIRECTING(from-num,i)": "+97670110001"' in asked
    assert CALLER.removeprefix("+") not in asked


async def test_an_agents_phone_shows_the_caller(scene: Scene) -> None:
    scene.asterisk.asked.clear()
    scene.executor.do(scene.call, c.RingAgent("leg", "leg", "bold", 20))
    (asked,) = scene.asterisk.asked
    assert quote(f"<{CALLER}>") in asked
