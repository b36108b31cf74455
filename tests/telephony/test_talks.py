"""Nobody is joined before the recording runs, and nobody waits long for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from ari_app.flow.engine import Flow
from ari_app.telephony import talks as talks_module
from ari_app.telephony.ami import Ami, AmiAwayError, AmiError
from ari_app.telephony.ari import Ari
from ari_app.telephony.call import Call, Talk
from ari_app.telephony.talks import Talks
from tests.telephony.test_switchboard import BUNDLE, CALL

LEG = f"{CALL}-2-001"


class SlowAmi:
    """Begins recordings when it is told to. ``trouble`` is what comes of it instead."""

    def __init__(self, story: list[str]) -> None:
        self.story = story
        self.begins = asyncio.Event()
        self.trouble: list[AmiError] = []

    async def mixmonitor(self, channel: str, file: str, options: str) -> str:
        await self.begins.wait()
        if self.trouble:
            raise self.trouble.pop(0)
        self.story.append("records")
        return "monitor"

    async def stop_mixmonitor(self, channel: str, monitor: str | None) -> None:
        self.story.append("stops")

    async def absolute_timeout(self, channel: str, seconds: float) -> None:
        self.story.append(f"lease {seconds:g}")


class AnyAri:
    def request(self, method: str, uri: str, lane: str = "") -> None:
        """Whatever is asked for."""


class Scene:
    def __init__(self, folder: Path) -> None:
        self.story: list[str] = []
        self.ami = SlowAmi(self.story)
        self.talks = Talks(cast("Ari", AnyAri()), cast("Ami", self.ami), folder)
        self.talks.may_act = lambda: True
        flow = Flow.load(BUNDLE)
        run = flow.start(CALL, "+97670110001", 1000.0)
        self.call = Call(CALL, "duudlaga-1.1", "anu-clinic", flow, run, "sha")
        self.talk = Talk(LEG, f"{LEG}-talk", "recording")

    def begin(self) -> None:
        self.talks.begin(self.call, self.talk, lambda: self.story.append("joined"))


@pytest.fixture
def scene(tmp_path: Path) -> Any:
    return Scene(tmp_path)


async def test_the_two_are_joined_when_the_recording_runs_and_may_talk_for_long(
    scene: Scene,
) -> None:
    scene.begin()
    await asyncio.sleep(0.01)
    assert (scene.story, scene.call.talking) == ([], False)
    scene.ami.begins.set()
    await scene.talks.close()
    assert scene.story == ["records", "joined", "lease 7200"]
    assert scene.call.talking


async def test_a_recording_that_does_not_begin_is_not_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talks_module, "RECORDING_SECONDS", 0.02)
    scene.begin()
    await asyncio.sleep(0.1)
    assert scene.story == ["joined", "lease 7200"]
    scene.ami.begins.set()
    await scene.talks.close()
    assert scene.story == ["joined", "lease 7200", "records"]


@pytest.mark.parametrize("form", ["sln48", "wav"])
async def test_a_line_that_breaks_is_tried_again_and_nothing_is_recorded_twice(
    scene: Scene, tmp_path: Path, form: str
) -> None:
    """An earlier version recorded as ``wav``."""
    scene.ami.begins.set()
    scene.ami.trouble = [AmiAwayError("no answer in 2 s")]
    (tmp_path / "anu-clinic").mkdir()
    scene.begin()
    await asyncio.sleep(0.01)
    (tmp_path / "anu-clinic" / f"recording-caller.{form}").touch()  # Asterisk had heard it
    await scene.talks.close()
    assert scene.story == ["joined", "lease 7200"]


async def test_a_refused_recording_keeps_nobody_apart(scene: Scene) -> None:
    scene.ami.begins.set()
    scene.ami.trouble = [AmiError("refused")]
    scene.begin()
    await scene.talks.close()
    assert scene.story == ["joined", "lease 7200"]


async def test_an_agent_who_hangs_up_meanwhile_is_not_joined(scene: Scene) -> None:
    scene.begin()
    await asyncio.sleep(0.01)
    scene.talks.end(scene.call, LEG)
    scene.ami.begins.set()
    await scene.talks.close()
    assert "joined" not in scene.story


async def test_after_a_stand_still_nobody_is_joined_before_recovery_has_looked(
    scene: Scene,
) -> None:
    scene.begin()
    await asyncio.sleep(0.01)
    scene.talks.may_act = lambda: False
    scene.ami.begins.set()
    await scene.talks.close()
    assert scene.story == ["records"]


async def test_recovery_asks_again_and_the_two_are_joined_once(scene: Scene) -> None:
    scene.begin()
    scene.begin()
    scene.ami.begins.set()
    await scene.talks.close()
    assert scene.story == ["records", "joined", "lease 7200"]
