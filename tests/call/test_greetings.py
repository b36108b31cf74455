"""Each client answers in its own voice, and callers never hear another client's."""

from __future__ import annotations

import pytest

from ari_app.media.prompt_file import client_prompt
from ari_app.standalone.outside import OutsideCall
from tests.call.heard import Found, find, loudness
from tests.call.house import House

pytestmark = pytest.mark.real

LINES = {
    "97670110001": ("anu-clinic", "mn", "welcome"),
    "97670110002": ("nomin-shop", "mn", "welcome"),
    "97670110003": ("nomin-shop", "en", "welcome_english"),
}
SECONDS = 3.0
LATE_SECONDS = 0.4
"""On a busy machine the caller's own Asterisk begins so late to write down what is heard."""


async def listen(house: House, number: str, caller: str) -> dict[str, Found]:
    """Call, listen to the greeting; return how each line's greeting is found in what was heard."""
    async with OutsideCall.place(
        house.settings, number, caller, silent=True, hang_up_after=SECONDS + 1
    ) as call:
        await call.wait_for("hung_up", 20)
    heard = loudness(call.heard)
    found = {}
    for line, (client, language, slug) in LINES.items():
        greeting = loudness(client_prompt(house.settings.home, client, language, slug))
        starts = range(int(LATE_SECONDS * 50))
        fits = (find(greeting[start:][: int(SECONDS * 50)], heard) for start in starts)
        found[line] = max(fits, key=lambda each: each.likeness)
    return found


@pytest.mark.parametrize("number", LINES)
async def test_what_the_caller_hears_first_is_the_greeting_of_the_number_dialled(
    house: House, number: str
) -> None:
    caller = f"9911{number[-4:]}"
    found = await listen(house, number, caller)
    own = found.pop(number)
    assert own.likeness > 0.95, own
    assert own.at < 1, "before anything else"
    for line, other in found.items():
        assert other.likeness < 0.75, f"the greeting of {line} is heard"
    assert house.call_from(caller).client_id == LINES[number][0]
