"""Asterisk's channels and bridges, as far as the reaper looks at them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """``ours``: it is in the controllers' application, not in the dialplan.

    ``left_seconds`` is what remains of its time limit, a lease or the cap of a talk; 0 without a
    limit, ``None`` where nobody asked.
    """

    id: str
    up: bool
    ours: bool
    left_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """``channels`` are the ids of those in it."""

    id: str
    channels: tuple[str, ...]
