"""A controller comes back: what happened to people who talked, and when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from ari_app.flow import events as e
from ari_app.flow.engine import Flow, advance
from ari_app.flow.entries import Entry
from ari_app.flow.run import run_to_json
from ari_app.journal.store import Journal
from ari_app.journal.tail import Tail
from ari_app.journal.turn import SavedTurn
from ari_app.telephony.adoption import Adoption
from ari_app.telephony.ami import Ami
from ari_app.telephony.ari import Ari
from ari_app.telephony.execute import TALK_BRIDGE, Executor
from ari_app.telephony.intake import Intake
from ari_app.telephony.pulse import Pulse
from ari_app.telephony.queues import Queues
from ari_app.telephony.runs import Runs
from ari_app.telephony.switchboard import Switchboard
from ari_app.telephony.talks import Talks
from ari_app.telephony.traces import Disk
from tests.flow.story import CALLER, bundle
from tests.journal.test_cel_line import as_asterisk_writes
from tests.telephony.played_asterisk import NoQueues, PlayedAsterisk

CALL = "019aaaac-260c-7c04-8a76-f16789710443"
CHANNEL = "duudlaga-1795000000.1"
BEGAN = 1_795_000_000.0
BACK = BEGAN + 60
"""The controller is back a minute after the call began, and the talk with it."""


TALK = (
    e.CallOffered(CALLER, CALLER),
    e.AgentsReserved("reception", ("bold",), 20.0),
    e.LegAnswered(f"{CALL}-2-001"),
)


class NoSnapshot:
    """Names no client."""

    clients: ClassVar[dict[str, Any]] = {}


class Scene:
    """A talk that goes on when the controller dies, and the controller that comes after it.

    ``so_far`` is what happened before that.
    """

    def __init__(self, folder: Path, so_far: Sequence[e.Event] = TALK) -> None:
        self.so_far = so_far
        self.cel = folder / "cel.jsonl"
        self.journal = Journal(folder / "journal.db")
        self.asterisk = PlayedAsterisk()
        self.leg = ""
        self._talk_begins()

    def _talk_begins(self) -> None:
        nodes = {"line": {"type": "queue", "queue": "reception", "exits": {"done": "bye"}},
                 "bye": {"type": "hangup", "prompt": "bye"}}  # fmt: skip
        data = bundle({"nodes": nodes})
        flow = Flow.load(data)
        run = flow.start(CALL, "+97670110001", BEGAN)
        sha = self.journal.keep_bundle(data)
        for event in self.so_far:
            turn = advance(flow, run, event, BEGAN)
            run = turn.run
            self.journal.commit(SavedTurn(
                CALL, "anu-clinic", CHANNEL, CHANNEL, "main", 3, sha, run.turn, run_to_json(run),
                [], turn.entries, BEGAN,
            ))  # fmt: skip
        self.leg = next(iter(run.legs), "")
        self.run = run

    def recording_began(self) -> None:
        (recording,) = self.run.legs.values()
        file = self.cel.parent / "anu-clinic" / f"{recording.recording}-caller.sln48"
        file.parent.mkdir()
        file.touch()

    def answered(self, channel: str, at: float) -> None:
        with self.cel.open("a") as cel:
            cel.write(as_asterisk_writes(
                eventtype="ANSWER", eventtime=f"{at:.6f}", uniqueid=channel, linkedid=CHANNEL
            ))  # fmt: skip

    def hung_up(self, channel: str, at: float, cause: int = 16) -> None:
        extra = json.dumps({"hangupcause": cause, "hangupsource": "", "dialstatus": ""})
        with self.cel.open("a") as cel:
            cel.write(as_asterisk_writes(
                eventtype="HANGUP", eventtime=f"{at:.6f}", uniqueid=channel, linkedid=CHANNEL,
                eventextra=extra,
            ))  # fmt: skip

    async def come_back(self) -> None:
        ari, ami = cast("Ari", self.asterisk), cast("Ami", self.asterisk)
        runs = Runs(self.journal, lambda: BACK)
        talks = Talks(ari, ami, self.cel.parent)
        executor = Executor(
            ari,
            cast("Queues", NoQueues()),
            talks,
            lambda *_: "sound:bye",
            runs.note,
            lambda: BACK,
        )
        switchboard = Switchboard(runs, executor, lambda: BACK, Pulse())
        talks.may_act = switchboard.may_act
        executor.post = switchboard.post
        intake = Intake(cast("Any", NoSnapshot), runs, switchboard, lambda: BACK, "en")
        disk = Disk(self.cel, our_time=lambda at: at)
        adoption = Adoption(ari, switchboard, executor, runs, intake, lambda: BACK, disk)
        switchboard.pause()
        await adoption.run()
        switchboard.resume()
        await talks.close()
        switchboard.close()

    def entry(self, kind: str) -> Entry:
        with Tail(self.journal.path) as tail:
            found = [each for each in tail.after(0, 1000) if each.kind == kind]
        (only,) = found
        return Entry(kind, only.at.timestamp(), only.data)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.journal.close()


@pytest.mark.parametrize("in_the_room", [True, False])
async def test_a_waiting_callers_music_plays_on_and_begins_only_where_there_is_none(
    tmp_path: Path, in_the_room: bool
) -> None:
    waiting = Scene(tmp_path, TALK[:1])
    waiting.asterisk.channels = [CHANNEL]
    waiting.asterisk.bridges = {f"{CALL}-hold": [CHANNEL] if in_the_room else []}
    await waiting.come_back()
    waiting.journal.close()
    begun = [uri for uri in waiting.asterisk.asked if f"{CALL}-hold/addChannel" in uri]
    assert len(begun) == (0 if in_the_room else 1)


async def test_two_whom_nobody_joined_are_recorded_and_then_joined(scene: Scene) -> None:
    scene.asterisk.channels = [CHANNEL, scene.leg]
    await scene.come_back()
    bridge = f"bridges/{scene.leg}-talk"
    assert scene.asterisk.asked == [
        f"POST {bridge}?type={TALK_BRIDGE}",
        f"mixmonitor {CHANNEL}",
        f"DELETE channels/{CHANNEL}/silence",
        f"POST {bridge}/addChannel?channel={CHANNEL},{scene.leg}",
        f"timeout {CHANNEL} 7200",
    ]


async def test_two_who_talk_without_a_recording_are_recorded_from_now_on(scene: Scene) -> None:
    scene.asterisk.channels = [CHANNEL, scene.leg]
    scene.asterisk.bridges = {f"{scene.leg}-talk": [CHANNEL, scene.leg]}
    await scene.come_back()
    assert scene.asterisk.asked == [f"mixmonitor {CHANNEL}"]


async def test_an_agent_hung_up_and_the_caller_goes_on_in_the_flow(scene: Scene) -> None:
    scene.asterisk.channels = [CHANNEL]
    scene.asterisk.bridges = {f"{scene.leg}-talk": [CHANNEL]}
    scene.hung_up(scene.leg, BEGAN + 35)
    await scene.come_back()
    ended = scene.entry("talk_ended")
    assert (ended.at, ended.data["by"], ended.data["seconds"]) == (BEGAN + 35, "agent", 35)
    assert scene.entry("exit_taken").data["exit"] == "done"
    assert scene.entry("exit_taken").at == BACK
    assert f"DELETE bridges/{scene.leg}-talk" in scene.asterisk.asked
    assert f"stop_mixmonitor {CHANNEL}" in scene.asterisk.asked


async def test_an_agent_whom_nobody_joined_gave_up_and_the_caller_is_first_in_the_line(
    scene: Scene,
) -> None:
    scene.asterisk.channels = [CHANNEL]
    scene.answered(scene.leg, BEGAN)
    scene.hung_up(scene.leg, BEGAN + 35)
    await scene.come_back()
    ended = scene.entry("talk_ended")
    assert (ended.data["by"], ended.data["seconds"]) == ("lost", 0)


async def test_an_agents_phone_died_and_the_caller_is_first_in_the_line(scene: Scene) -> None:
    scene.asterisk.channels = [CHANNEL]
    scene.hung_up(scene.leg, BEGAN + 35, cause=44)
    await scene.come_back()
    ended = scene.entry("talk_ended")
    assert (ended.at, ended.data["by"], ended.data["seconds"]) == (BEGAN + 35, "lost", 35)


async def test_an_agent_is_gone_and_nothing_tells_how(scene: Scene) -> None:
    scene.asterisk.channels = [CHANNEL]
    await scene.come_back()
    ended = scene.entry("talk_ended")
    assert (ended.at, ended.data["by"]) == (BACK, "lost")


@pytest.mark.parametrize(("agent", "caller", "by"), [(20, 35, "agent"), (35, 20, "caller")])
async def test_both_hung_up_and_the_talk_ended_with_the_first_of_them(
    scene: Scene, agent: float, caller: float, by: str
) -> None:
    scene.hung_up(scene.leg, BEGAN + agent)
    scene.hung_up(CHANNEL, BEGAN + caller)
    await scene.come_back()
    talk, call = scene.entry("talk_ended"), scene.entry("call_ended")
    assert (talk.at, talk.data["by"], talk.data["seconds"]) == (BEGAN + 20, by, 20)
    assert (call.at, call.data["outcome"]) == (BEGAN + caller, "answered")


async def test_two_who_still_talk_are_left_alone(scene: Scene) -> None:
    scene.asterisk.channels = [CHANNEL, scene.leg]
    scene.asterisk.bridges = {f"{scene.leg}-talk": [CHANNEL, scene.leg]}
    scene.recording_began()
    await scene.come_back()
    assert scene.entry("resumed").at == BACK
    assert scene.asterisk.asked == []
