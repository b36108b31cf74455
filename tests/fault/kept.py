"""Outcomes kept in a file, so that a long rehearsal can be interrupted and taken up again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.fault.drill import Fault, Outcome


class Kept:
    """The last outcome of each fault; without a file nothing is kept."""

    def __init__(self, file: Path | None, faults: Sequence[Fault]) -> None:
        """Read what is there. A fault that is none any more is forgotten."""
        self._file = file
        self._faults = {fault.name: fault for fault in faults}
        self._outcomes: dict[str, Outcome] = {}
        lines = file.read_text().splitlines() if file is not None and file.exists() else []
        for facts in map(json.loads, lines):
            name, violations = facts.pop("fault"), tuple(facts.pop("violations"))
            if name in self._faults:
                self._take(Outcome(self._faults[name], **facts, violations=violations))

    def keep(self, outcome: Outcome) -> None:
        """Add an outcome; it takes the place of an older one."""
        self._take(outcome)
        if self._file is None:
            return
        facts = {
            **{name: value for name, value in asdict(outcome).items() if name != "fault"},
            "fault": outcome.fault.name,
        }
        with self._file.open("a") as file:
            file.write(f"{json.dumps(facts)}\n")

    def still_to_do(self) -> list[Fault]:
        """The faults that were not performed yet, or whose invariant did not hold."""
        return [
            fault
            for name, fault in self._faults.items()
            if name not in self._outcomes or self._outcomes[name].violations
        ]

    def all(self) -> list[Outcome]:
        """The outcomes, in the order of the faults."""
        return [self._outcomes[name] for name in self._faults if name in self._outcomes]

    def _take(self, outcome: Outcome) -> None:
        self._outcomes[outcome.fault.name] = outcome
