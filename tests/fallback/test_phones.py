"""Which phones the fallback rings, and what they and the network are shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ari_app.fallback.phones import Phones
from ari_app.fallback.ringer import Ringer
from ari_app.flow import commands as c
from ari_app.flow.engine import Flow
from ari_app.flow.slug import SLUG
from tests.fallback.scripted_channel import START, ScriptedChannel
from tests.flow.story import bundle

CALLER, NUMBER = "+97699112233", "+97670110001"
COMMAND_BYTES = 2048
"""A command of AGI, its parts apart from the phones included."""


def house(*slugs: str) -> dict[str, dict[str, Any]]:
    return {slug: {"clients": {"anu-clinic": 5}} for slug in slugs}


@pytest.mark.parametrize("letters", [1, 38, 39, 40, 63])
def test_an_agent_is_rung_however_long_the_slug_is(letters: int) -> None:
    slug = "b" * letters
    found = Phones(ScriptedChannel(phones={slug: "NOT_INUSE"}), house(slug)).look("anu-clinic")
    assert SLUG.fullmatch(slug)
    assert (found.agents, found.reachable) == ((slug,), 1)


@pytest.mark.parametrize("letters", [4, 63])
def test_as_many_ring_at_once_as_fit_into_one_command(letters: int) -> None:
    slugs = [f"{number:03}".ljust(letters, "x") for number in range(100)]
    states = dict.fromkeys(slugs, "NOT_INUSE")
    agents = Phones(ScriptedChannel(phones=states), house(*slugs)).look("anu-clinic").agents
    named = "&".join(f"PJSIP/agent-{slug}" for slug in agents)
    assert len(agents) == {4: 30, 63: 22}[letters]
    assert len(named) < COMMAND_BYTES - 200


@pytest.mark.parametrize(
    ("leg", "shown"),
    [
        (c.RingAgent("leg", "leg", "bold", 20), [f"show Anu Clinic {CALLER}"]),
        (
            c.RingNumber("leg", "leg", "+97699110000", 20),
            [f"show Anu Clinic {NUMBER}", f"forwarded by {NUMBER}"],
        ),
    ],
)
def test_the_network_is_shown_the_clients_number_and_agents_the_callers(
    tmp_path: Path, leg: c.RingAgent | c.RingNumber, shown: list[str]
) -> None:
    channel = ScriptedChannel()
    flow = Flow.load(bundle({"nodes": {"end": {"type": "hangup", "prompt": "bye"}}}))
    run = flow.start("call", NUMBER, START)
    run.caller_number = CALLER
    ringer = Ringer(channel, tmp_path, lambda _client: "Anu Clinic", lambda: START)
    ringer.take(leg)
    ringer._show_caller(run, outside=isinstance(leg, c.RingNumber))
    assert channel.done_things == shown
