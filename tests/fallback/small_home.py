"""A home with one client, written without services."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from ari_app.fallback.home import Home
from ari_app.media.sound import Sound

Facts = dict[str, Any]

PROMPTS = {"welcome": 4.0, "menu": 3.0, "nobody": 1.0}
"""Slug → seconds."""

NODES: dict[str, dict[str, Any]] = {
    "welcome": {"type": "greeting", "prompt": "welcome", "exits": {"done": "menu"}},
    "menu": {
        "type": "menu", "prompt": "menu", "tries": 2, "timeout_seconds": 5,
        "exits": {"0": "reception", "3": "message", "max_tries": "end"},
    },
    "reception": {
        "type": "queue", "queue": "reception", "max_wait_seconds": 60,
        "exits": {"*": "callback", "done": "end", "timeout": "message", "no_agents": "nobody"},
    },
    "nobody": {"type": "play", "prompt": "nobody", "exits": {"done": "message"}},
    "message": {"type": "message", "prompt": "standard:leave", "thanks_prompt": None,
                "max_seconds": 60, "exits": {"done": "end", "too_short": "end"}},
    "callback": {"type": "callback", "confirm": False, "prompt": None, "booked_prompt": None,
                 "exits": {"booked": "end", "refused": "message"}},
    "end": {"type": "hangup", "exits": {}},
}  # fmt: skip


def make_home(path: Path, bold: Facts | None = None, reception: Facts | None = None) -> Home:
    """Write the snapshot and the prompts of a home; an agent and the queue may have more facts."""
    home = Home(path)
    for slug, seconds in PROMPTS.items():
        file = path / "prompts" / "clients" / "anu-clinic" / "en" / f"{slug}.wav"
        Sound.tones((440.0, seconds)).write(file)
    for name in ("leave", "unassigned", "goodbye", "sorry", "no_input", "no_match"):
        file = path / "prompts" / "standard" / "en" / f"{name}.wav"
        Sound.tones((440.0, 1.0)).write(file)
    version = home.snapshot / "1"
    version.mkdir(parents=True)
    content = json.dumps(_house(bold or {}, reception or {})).encode()
    (version / "house.json").write_bytes(content)
    (version / "house.json.sha256").write_text(hashlib.sha256(content).hexdigest())
    with sqlite3.connect(version / "contacts.db") as contacts:
        contacts.execute("CREATE TABLE contacts (client, number, known, vip, blocked, name)")
        contacts.execute(
            "INSERT INTO contacts VALUES ('anu-clinic', '+97688000000', 1, 0, 1, 'Rude')"
        )
    contacts.close()
    (home.snapshot / "current").symlink_to("1")
    return home


def _house(bold: Facts, reception: Facts) -> dict[str, Any]:
    definition = {"spec_version": 1, "name": "Clinic", "start": "welcome", "nodes": NODES}
    client = {
        "name": "Anu (Clinic), 1st", "language": "en", "timezone": "Asia/Ulaanbaatar",
        "colour": "#000000", "answer_phrase": {}, "short_abandon_seconds": 5, "record": True,
        "fallback_queue": "reception", "flows": {"main": {"revision": 3, "definition": definition}},
        "calendars": {}, "queues": {"reception": {"ring_seconds": 12, **reception}}, "prompts": {},
    }  # fmt: skip
    agents = {
        "bold": {"name": "Bold", "clients": {"anu-clinic": 3}, "ready_on_register": True, **bold},
        "saraa": {"name": "Saraa", "clients": {"anu-clinic": 5}, "ready_on_register": True},
        "tuya": {"name": "Tuya", "clients": {"nomin-shop": 5}, "ready_on_register": True},
    }
    return {
        "version": "1",
        "made_at": "2026-02-01T00:00:00Z",
        "numbers": {"+97670110001": {"client": "anu-clinic", "flow": "main"}},
        "clients": {"anu-clinic": client},
        "agents": agents,
    }
