"""One figure that a process measures of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """``name`` ends in its unit; a ``counter`` only grows while the process lives.

    A value for each of several things (``label`` says what they are) is a mapping. ``None``: not
    known now.
    """

    name: str
    value: float | Mapping[str, float] | None
    meaning: str
    label: str = ""
    counter: bool = False
