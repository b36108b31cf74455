"""A rehearsal that was interrupted goes on where it was."""

from __future__ import annotations

from pathlib import Path

from tests.fault.drill import Fault, Outcome, nothing
from tests.fault.kept import Kept

FAULTS = [Fault(name, "what happens", nothing) for name in ("first", "second", "third")]


def _outcome(fault: Fault, *violations: str) -> Outcome:
    return Outcome(fault, 50, 0, 0, 2.5, None, 1.0, 0.0, violations)


def test_what_held_is_not_performed_again_and_what_did_not_is(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    before = Kept(file, FAULTS)
    before.keep(_outcome(FAULTS[0]))
    before.keep(_outcome(FAULTS[1], "a caller heard nothing"))
    after = Kept(file, FAULTS)
    assert [fault.name for fault in after.still_to_do()] == ["second", "third"]
    assert after.all() == before.all()
    after.keep(_outcome(FAULTS[1]))
    after.keep(_outcome(FAULTS[2]))
    assert Kept(file, FAULTS).still_to_do() == []
    assert [each.fault.name for each in Kept(file, FAULTS).all()] == ["first", "second", "third"]


def test_without_a_file_nothing_is_kept() -> None:
    kept = Kept(None, FAULTS)
    kept.keep(_outcome(FAULTS[0]))
    assert [each.fault.name for each in kept.all()] == ["first"]
