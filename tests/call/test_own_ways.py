"""An agent's own ring time and a queue's own music, with the controller and without it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ari_app.media.sound import Sound
from ari_app.simulator.leg_file import Leg, read_leg
from ari_app.standalone import asterisk
from ari_app.standalone.outside import OutsideCall, answer_with
from tests.call.heard import find, loudness
from tests.call.house import House, eventually
from tests.call.test_fallback import dead_controller

pytestmark = [pytest.mark.real, pytest.mark.fault]

NUMBER = "97670119994"
BEATS = (0.5, 0.2, 0.2, 0.3, 0.8, 0.2, 0.3, 0.4, 0.6, 0.3)
"""Seconds of sound and of silence in turns: nothing else in the house has this course."""
BOLD_RINGS_SECONDS = 4
ALL_RING_SECONDS = 9
AGENTS = """agents:
  bold: {name: Bold, simulated_phone: true%s}
  saraa: {name: Saraa, simulated_phone: true}
  tuya: {name: Tuya, simulated_phone: true}
"""


def import_agents(house: House, folder: Path, bolds: str = "") -> None:
    file = folder / "agents.yaml"
    file.write_text(AGENTS % bolds, encoding="utf-8")
    house.import_client(file)


@pytest.fixture
def music(house: House) -> Iterator[Path]:
    """Asterisk has the music `spring`."""
    folder = house.settings.asterisk_state / "data" / "moh-spring"
    file = folder / "spring.wav"
    tones = [(950.0 if place % 2 == 0 else 0.0, beat) for place, beat in enumerate(BEATS)]
    Sound.tones(*tones).write(file)
    for path in (folder, file):
        path.chmod(0o755)
    classes = house.settings.asterisk_etc / "musiconhold.conf"
    before = classes.read_text(encoding="utf-8")
    own = f"\n[spring]\nmode = files\ndirectory = {folder}\n"
    classes.write_text(before + own, encoding="utf-8")
    asterisk.node(house.settings).ask("module reload res_musiconhold.so")
    yield file
    classes.write_text(before, encoding="utf-8")
    asterisk.node(house.settings).ask("module reload res_musiconhold.so")


@pytest.fixture
async def own_ways(house: House, music: Path, tmp_path: Path) -> AsyncIterator[None]:
    """Bold's phone rings for a time of his own, and nobody answers."""
    for agent in ("bold", "saraa"):
        await answer_with(house.settings, agent, "no_answer")
    await asyncio.to_thread(import_agents, house, tmp_path, f", ring_seconds: {BOLD_RINGS_SECONDS}")
    await asyncio.to_thread(house.import_client, Path(__file__).parent / "own_ways.yaml")
    eventually(lambda: len(house.ready_agents()) == 3, 30, "all agents are ready")
    yield
    for agent in ("bold", "saraa"):
        await answer_with(house.settings, agent, "answer")
    await asyncio.to_thread(import_agents, house, tmp_path)


@pytest.mark.parametrize("controller", ["there", "dead"])
async def test_a_queues_music_is_heard_and_each_phone_rings_as_long_as_its_agent_asks_for(
    house: House, own_ways: None, music: Path, controller: str
) -> None:
    since = time.time()
    caller = f"9930000{len(controller)}"
    with ExitStack() as stack:
        if controller == "dead":
            stack.enter_context(dead_controller(house))
        async with OutsideCall.place(
            house.settings, NUMBER, caller, silent=True, hang_up_after=14
        ) as call:
            await call.wait_for("hung_up", 30)
    assert house.call_from(caller).outcome == "abandoned"
    found = find(loudness(music)[:120], loudness(call.heard))
    assert found.likeness > 0.8, found
    legs = eventually(lambda: rung(house, since), 5, "both phones rang")
    rang = {agent: (leg.ended_at or 0) - leg.began_at for agent, leg in legs.items()}
    assert rang["bold"] == pytest.approx(BOLD_RINGS_SECONDS, abs=1)
    assert rang["saraa"] == pytest.approx(ALL_RING_SECONDS, abs=1)


def rung(house: House, since: float) -> dict[str, Leg]:
    """The first leg to each of the two, by agent, once it is over."""
    legs = sorted(map(read_leg, house.settings.heard.glob("*.leg")), key=lambda leg: leg.began_at)
    first: dict[str, Leg] = {}
    for leg in legs:
        if leg.began_at >= since and leg.callee in ("bold", "saraa") and leg.ended_at:
            first.setdefault(leg.callee, leg)
    return first if len(first) == 2 else {}
