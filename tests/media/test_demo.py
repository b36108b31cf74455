"""The demo: three numbers, three greetings, and every prompt that its flows play."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ari_app.flow.definition import validate
from ari_app.flow.inspect import Surroundings
from ari_app.flow.languages import LANGUAGES
from ari_app.media.standard import standard_signals, standard_texts
from ari_app.store.client_document import AgentsDocument, ClientDocument
from ari_app.store.document_file import read_document

DEMO = Path(__file__).parents[2] / "demo"
CLIENTS = [read_document(DEMO / f"{name}.yaml").content for name in ("anu-clinic", "nomin-shop")]
AGENTS = read_document(DEMO / "agents.yaml").content


@pytest.fixture(params=CLIENTS, ids=["clinic", "shop"])
def client(request: pytest.FixtureRequest) -> ClientDocument:
    assert isinstance(request.param, ClientDocument)
    return request.param


def texts_within(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_within(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_within(each)]
    return [value] if isinstance(value, str) else []


def test_every_flow_can_be_published(client: ClientDocument) -> None:
    for slug, flow in client.flows.items():
        around = Surroundings(
            prompts=frozenset(client.prompts),
            queues=frozenset(client.queues),
            calendars={name: each.model_dump() for name, each in client.calendars.items()},
            flows={name: each for name, each in client.flows.items() if name != slug},
        )
        assert [str(problem) for problem in validate(flow, around)] == []


def test_every_number_has_a_greeting_of_its_own() -> None:
    greetings = {}
    for client in CLIENTS:
        assert isinstance(client, ClientDocument)
        for number in client.numbers:
            flow = client.flows[number.flow]
            node = flow["nodes"][flow["start"]]
            assert node["type"] == "greeting"
            greetings[number.number] = client.prompts[node["prompt"]][flow["language"]].text
    assert sorted(greetings) == ["+97670110001", "+97670110002", "+97670110003"]
    assert len(set(greetings.values())) == 3


def test_every_standard_prompt_that_is_named_exists(client: ClientDocument) -> None:
    named = re.findall(r"standard:(\S+)", " ".join(texts_within(client.flows)))
    assert named
    for language in LANGUAGES:
        assert set(named) <= {*standard_texts(language), *standard_signals()}


def test_the_demo_is_open_at_any_time_of_day(client: ClientDocument) -> None:
    for calendar in client.calendars.values():
        assert len(calendar.weekly) == 7
        assert all(hours == ["00:00-24:00"] for hours in calendar.weekly.values())
        assert calendar.holidays is None
        assert not calendar.exceptions


def test_every_agent_of_a_client_is_an_agent_of_the_house(client: ClientDocument) -> None:
    assert isinstance(AGENTS, AgentsDocument)
    assert set(client.agents) <= set(AGENTS.agents)
    assert all(agent.ready_on_register for agent in AGENTS.agents.values())


def test_a_caller_of_the_shop_hears_the_chosen_language_throughout() -> None:
    shop = CLIENTS[1]
    assert isinstance(shop, ClientDocument)
    after_the_greeting = set(texts_within(shop.flows["desk"])) & set(shop.prompts)
    assert all(set(shop.prompts[slug]) == set(LANGUAGES) for slug in after_the_greeting)
