"""A published configuration with nothing but agents."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def write_snapshot(home: Path, agents: dict[str, dict[str, Any]]) -> None:
    """Publish these agents in ``home``."""
    version = home / "snapshot" / "1"
    version.mkdir(parents=True)
    house = {"version": "1", "clients": {}, "agents": agents, "numbers": {}}
    content = json.dumps(house).encode()
    (version / "house.json").write_bytes(content)
    (version / "house.json.sha256").write_text(hashlib.sha256(content).hexdigest())
    (home / "snapshot" / "current").symlink_to("1")
