"""A caller who chooses Russian hears Russian from then on, by the sounds on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ari_app.simulator.ear import WRITE_SECONDS
from ari_app.simulator.known_sounds import KnownSounds
from ari_app.simulator.leg_file import read_leg
from ari_app.simulator.recognition import recognise
from ari_app.standalone.outside import OutsideCall
from tests.call.house import AGENTS, House
from tests.call.test_fallback import dead_controller
from tests.call.test_stories import phones

pytestmark = pytest.mark.real

NUMBER = "97670119995"
CHOOSES, WAITS, CONFIRMS = "W" * 7 + "2", "W" * 19 + "*", "W" * 16 + "1"
THE_NUMBER = {"numbers/90", "digits/9", "numbers/40", "digits/4"}
"""+976 99 44 … as it is read back; a nine sounds the same as a digit and as a number."""


@pytest.fixture(scope="module")
def client(running_house: House) -> None:
    """The client of these stories."""
    running_house.import_client(Path(__file__).parent / "russian.yaml")


@asynccontextmanager
async def on_a_break(house: House) -> AsyncIterator[None]:
    """Let all agents be on a break: the caller waits, and no phone rings over what is said."""
    for agent in AGENTS:
        house.duudlaga("agent", "state", agent, "paused", "--reason", "lunch")
    try:
        yield
    finally:
        for agent in AGENTS:
            house.duudlaga("agent", "state", agent, "ready")


async def heard_by(house: House, caller: str, press: str) -> tuple[list[str], str]:
    """Call, and return which prompts were heard, in order, and what was chosen."""
    async with OutsideCall.place(house.settings, NUMBER, caller, press=press) as call:
        await call.wait_for("hung_up", 90)
    await asyncio.sleep(3 * WRITE_SECONDS)
    assert call.leg is not None
    known = KnownSounds.below(house.settings.standard_prompts, house.settings.client_prompts)
    spans = recognise(read_leg(call.leg).hears, known)
    named = [span.sound.names for span in spans if span.sound is not None and span.seconds > 0.3]
    names = [next((each for each in names if "ru/" in each), names[0]) for names in named]
    offered = [n for n, name in enumerate(names) if name.endswith("press/ru/2")]
    assert offered, names
    return [name for name in names[offered[-1] + 1 :] if "beep" not in name], names[0]


@pytest.mark.usefixtures("client")
async def test_a_caller_who_chooses_russian_waits_and_is_promised_a_call_in_russian(
    house: House,
) -> None:
    async with on_a_break(house):
        names, first = await heard_by(house, "99449944", CHOOSES + WAITS + CONFIRMS)
    assert first == "russian/mn/hello"
    said = {name.removeprefix("ru/") for name in names}
    assert {"queue/on_break", "queue/next", "queue/key_callback"} <= said
    assert {"callback/offer", "callback/number_is", "callback/confirm", "callback/booked"} <= said
    assert said >= THE_NUMBER
    assert names[-1] == "russian/ru/bye"
    assert [name for name in names if "ru/" not in name] == [], "no word of another language"
    row = await asyncio.to_thread(house.call_from, "99449944")
    assert (row.outcome, row.language) == ("callback", "ru")
    query = "SELECT language FROM callbacks WHERE number = '+97699449944'"
    assert [each.language for each in house.rows(query)] == ["ru"]


@pytest.mark.usefixtures("client")
async def test_the_fallback_speaks_russian_to_who_chose_it(house: House) -> None:
    async with phones(house, bold="no_answer", saraa="no_answer", tuya="no_answer"):
        with dead_controller(house):
            names, _ = await heard_by(house, "99449945", CHOOSES + WAITS + CONFIRMS)
            row = await asyncio.to_thread(house.call_from, "99449945")
    said = {name.removeprefix("ru/") for name in names}
    assert {"callback/offer", "callback/number_is", "callback/booked", *THE_NUMBER} <= said
    assert names[-1] == "russian/ru/bye"
    assert [name for name in names if "ru/" not in name] == [], "no word of another language"
    assert (row.outcome, row.language) == ("callback", "ru")
