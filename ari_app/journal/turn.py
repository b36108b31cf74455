"""One turn of a run in the form in which it is saved. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ari_app.flow.entries import Entry


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """All that one turn leaves behind: the run's new state, its commands and its entries.

    ``channel`` and ``linked_id`` are Asterisk's names of the caller's channel. ``bundle`` is what
    :meth:`ari_app.journal.store.Journal.keep_bundle` returned. ``state`` and ``commands`` are
    plain JSON. ``at`` is Unix seconds, UTC. A turn with ``ended`` is the run's last.
    """

    call: str
    client: str
    channel: str
    linked_id: str
    flow: str
    revision: int
    bundle: str
    turn: int
    state: dict[str, Any]
    commands: Sequence[dict[str, Any]]
    entries: Sequence[Entry]
    at: float
    ended: bool = False


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run as the journal holds it. Nobody knows whether ``commands``, of ``turn``, were done."""

    call: str
    client: str
    channel: str
    linked_id: str
    flow: str
    revision: int
    bundle: str
    turn: int
    state: dict[str, Any]
    commands: list[dict[str, Any]]
    updated_at: float
    ended_at: float | None
