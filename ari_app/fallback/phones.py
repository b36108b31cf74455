"""Which agents can be rung without the controller: the client's own, by what Asterisk knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ari_app.fallback.channel import Channel
from ari_app.flow.slug import SLUG

MOST_AT_ONCE = 30
MOST_LETTERS = 1700
"""Of the phones that ring at once, as Dial() names them: a command of AGI has 2048 bytes."""

_AWAY = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN", ""})


@dataclass(frozen=True, slots=True)
class Free:
    """Agents whose phones ring if they are called now, and how many are there at all."""

    agents: tuple[str, ...]
    reachable: int


@dataclass(frozen=True, slots=True)
class Phones:
    """The phones of ``agents``, as the snapshot has them (slug → facts)."""

    channel: Channel
    agents: Mapping[str, Mapping[str, Any]]

    def look(self, client: str) -> Free:
        """Ask for the phones of all agents of the client, the best of them first.

        Who is paused is known to the controller alone, so paused agents are rung as well.
        """
        levels = [
            (-int(agent["clients"][client]), slug)
            for slug, agent in self.agents.items()
            if client in agent["clients"] and SLUG.fullmatch(slug)
        ]
        states = {slug: self.channel.phone_state(slug) for _, slug in sorted(levels)}
        free = [slug for slug, state in states.items() if state == "NOT_INUSE"]
        reachable = sum(state not in _AWAY for state in states.values())
        return Free(_at_once(free), reachable)


def _at_once(free: Sequence[str]) -> tuple[str, ...]:
    """Return the first of them, as many as fit."""
    chosen: list[str] = []
    letters = 0
    for slug in free:
        letters += len(f"PJSIP/agent-{slug}&")
        if letters > MOST_LETTERS or len(chosen) == MOST_AT_ONCE:
            break
        chosen.append(slug)
    return tuple(chosen)
