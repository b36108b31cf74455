"""A caller hung up while no controller was there: Asterisk's own account tells when."""

from __future__ import annotations

from pathlib import Path

from ari_app.journal.cel_line import FIELDS
from ari_app.journal.hang_ups import hang_ups


def line(event: str, channel: str, at: str) -> str:
    values = dict.fromkeys(FIELDS, "") | {
        "eventtype": event,
        "eventtime": at,
        "uniqueid": channel,
        "linkedid": channel,
    }
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in values.items()) + "}\n"


def test_the_time_of_the_hang_up_is_known(tmp_path: Path) -> None:
    cel = tmp_path / "cel.jsonl"
    cel.write_text(
        line("CHAN_START", "duudlaga-1.1", "100.5")
        + line("HANGUP", "duudlaga-1.1", "123.25")
        + line("HANGUP", "duudlaga-1.2", "124.0")
        + '{"eventtype":"HANGUP","event'
    )
    assert hang_ups(cel, {"duudlaga-1.1", "duudlaga-1.3"}) == {"duudlaga-1.1": 123.25}


def test_without_the_file_nothing_is_known(tmp_path: Path) -> None:
    assert hang_ups(tmp_path / "cel.jsonl", {"duudlaga-1.1"}) == {}
