"""What an agent or a queue asks for itself: the controller and the fallback go by it alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

DEFAULT_MUSIC = "default"

_Facts = Mapping[str, Any]


def music(queue: _Facts | None, wanted: str) -> str:
    """Return the music for a caller: what the node wants or, by default, the queue's own."""
    if wanted != DEFAULT_MUSIC:
        return wanted
    return str((queue or {}).get("music", DEFAULT_MUSIC))


def own_ring_seconds(agents: Mapping[str, _Facts], chosen: Iterable[str]) -> dict[str, float]:
    """Return how long the phones of those agents ring who have a time of their own."""
    own = {agent: agents.get(agent, {}).get("ring_seconds") for agent in chosen}
    return {agent: float(seconds) for agent, seconds in own.items() if seconds}
