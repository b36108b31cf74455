"""Which phones are simulated, and which event tells of a real one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ari_app.settings import Settings
from ari_app.standalone.registered_phones import real_phone
from ari_app.standalone.simulated_phones import give_agents_phones, note_yielded, simulated
from tests.standalone.written_snapshot import write_snapshot

OUTSIDE = "127.0.0.2"


def status(uri: str, state: str = "Created", account: str = "agent-bold") -> dict[str, str]:
    return {"Event": "ContactStatus", "AOR": account, "URI": uri, "ContactStatus": state}


def listed(uri: str) -> dict[str, str]:
    return {"Event": "ContactList", "ObjectName": "agent-bold;@4f1c", "Uri": uri}


@pytest.mark.parametrize(
    ("event", "agent"),
    [
        (status("sip:bold@192.168.1.7:5060"), "bold"),
        (status("sip:bold@192.168.1.7:5060;transport=udp", "Reachable"), "bold"),
        (status("sip:bold@[2001:db8::7]:5060"), "bold"),
        (status("sip:abc.invalid;transport=ws", "Created"), "bold"),
        (status("sip:bold@192.168.1.7:5060", "Removed"), None),
        (status("sip:bold@127.0.0.2:5160"), None),
        (status("sip:127.0.0.9:5160", account="trunk"), None),
        (
            {"Event": "ContactList", "ObjectName": "agent-bold;@4f1c", "Uri": "sip:b@10.0.0.1"},
            "bold",
        ),
        (
            {"Event": "ContactList", "ObjectName": "agent-bold;@4f1c", "Uri": "sip:b@127.0.0.2"},
            None,
        ),
        ({"Event": "ContactListComplete"}, None),
        ({}, None),
    ],
)
def test_a_contact_from_elsewhere_is_a_real_phone(event: dict[str, str], agent: str | None) -> None:
    assert real_phone(event, OUTSIDE) == agent


def agent(*, robot: bool) -> dict[str, Any]:
    return {"name": "N", "clients": {}, "ready_on_register": True, "simulated_phone": robot}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_snapshot(tmp_path, {"bold": agent(robot=True), "mine": agent(robot=False)})
    return Settings.load(home=tmp_path)


def accounts(settings: Settings) -> str:
    return (settings.outside_etc / "agents.inc").read_text()


def test_only_agents_whose_document_says_so_have_a_simulated_phone(settings: Settings) -> None:
    give_agents_phones(settings)
    assert "[agent-bold]" in accounts(settings)
    assert "mine" not in accounts(settings)
    passwords = json.loads((settings.home / "phones.json").read_text())
    assert set(passwords) == {"bold", "mine"}, "every agent has an account"


def test_a_phone_that_yielded_stays_away_until_it_is_called_back(settings: Settings) -> None:
    note_yielded(settings, "bold", away=True)
    give_agents_phones(settings)
    assert simulated(settings) == []
    assert accounts(settings) == ""
    note_yielded(settings, "bold", away=False)
    assert simulated(settings) == ["bold"]
