"""Callers of all node types hear what the flow gives (python -m tests.load.heard_calls)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ari_app.flow.nodes import TYPES
from tests.load import tour
from tests.load.heard_calls import HeardCalls
from tests.load.house import House


def test_the_walks_lead_through_nodes_of_every_type() -> None:
    flows = [f for d in tour.documents().values() for f in d.get("flows", {}).values()]
    types = {node["type"] for flow in flows for node in flow["nodes"].values()}
    assert types == set(TYPES)


@pytest.fixture
def house() -> Iterator[House]:
    with House() as house:
        house.bring_in(tour.documents(), tour.sounds())
        yield house


@pytest.mark.real
async def test_thirty_callers_hear_every_prompt_once_and_no_silence(house: House) -> None:
    async with HeardCalls(house) as heard:
        tally = await heard.at(3.0, 30)
    assert tally.is_sound, "\n".join(tally.lines())
    assert tally.is_good or tally.is_excused, "\n".join(tally.lines())
    assert tally.packets > 2000, "somebody listened"
