"""What a drill reads in Asterisk's account of a caller."""

from __future__ import annotations

from pathlib import Path

from ari_app.journal.cel_line import FIELDS
from tests.fault.cel_file import CelFile

CALLER = "97655001122"


def _line(event: str, at: float, num: str = CALLER, **more: str) -> str:
    known = {
        "eventtype": event,
        "eventtime": str(at),
        "num": num,
        "uniqueid": "duudlaga-1.1",
        "linkedid": "duudlaga-1.1",
        "context": "fallback",
        **more,
    }
    return "{" + ",".join(f'"{name}":"{known.get(name, "")}"' for name in FIELDS) + "}\n"


def test_a_caller_whose_number_is_shown_in_another_form_is_the_same_caller(tmp_path: Path) -> None:
    file = tmp_path / "cel.jsonl"
    file.write_text(
        _line("CHAN_START", 100.0, context="intake")
        + _line("BRIDGE_ENTER", 103.0, f"+{CALLER}")
        + _line("BRIDGE_EXIT", 108.0, f"+{CALLER}")
    )
    cel = CelFile(file)
    cel.read()
    assert set(cel.by_caller) == {CALLER}
    assert cel.by_caller[CALLER].together(102.9, 108.1) == 5.0


def test_music_is_no_talk(tmp_path: Path) -> None:
    file = tmp_path / "cel.jsonl"
    file.write_text(
        _line("BRIDGE_ENTER", 103.0, eventextra="call-hold")
        + _line("BRIDGE_EXIT", 108.0, eventextra="call-hold")
    )
    cel = CelFile(file)
    cel.read()
    assert cel.by_caller[CALLER].together(103.0, 108.0) == 0.0
