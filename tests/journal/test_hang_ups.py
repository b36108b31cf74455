"""Somebody hung up while no controller was there: Asterisk's own account tells when."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.journal.hang_ups import HangUp, hang_ups
from tests.journal.test_cel_line import as_asterisk_writes


def line(event: str, channel: str, at: str, extra: str = "") -> str:
    return as_asterisk_writes(
        eventtype=event, eventtime=at, uniqueid=channel, linkedid=channel, eventextra=extra
    )


def test_the_time_of_the_hang_up_is_known(tmp_path: Path) -> None:
    cel = tmp_path / "cel.jsonl"
    cel.write_text(
        line("CHAN_START", "duudlaga-1.1", "100.5")
        + line("HANGUP", "duudlaga-1.1", "123.25", '{"hangupcause":16,"hangupsource":""}')
        + line("HANGUP", "duudlaga-1.2", "124.0")
        + '{"eventtype":"HANGUP","event'
    )
    known = hang_ups(cel, {"duudlaga-1.1", "duudlaga-1.3"})
    assert known == {"duudlaga-1.1": HangUp(123.25, cause=16)}


def test_whether_an_answered_channel_was_ever_joined_is_known(tmp_path: Path) -> None:
    cel = tmp_path / "cel.jsonl"
    cel.write_text(
        line("ANSWER", "joined", "100.0")
        + line("BRIDGE_ENTER", "joined", "100.1")
        + line("ANSWER", "alone", "100.0")
        + line("HANGUP", "joined", "110.0")
        + line("HANGUP", "alone", "110.0")
        + line("HANGUP", "unanswered", "110.0")
    )
    known = hang_ups(cel, {"joined", "alone", "unanswered"})
    assert {channel: end.joined for channel, end in known.items()} == {
        "joined": True,
        "alone": False,
        "unanswered": None,
    }


@pytest.mark.parametrize("extra", ["", "{", "[16]", '{"hangupcause":"16"}'])
def test_a_cause_that_cannot_be_read_is_0(tmp_path: Path, extra: str) -> None:
    cel = tmp_path / "cel.jsonl"
    cel.write_text(line("HANGUP", "duudlaga-1.1", "123.25", extra))
    assert hang_ups(cel, {"duudlaga-1.1"}) == {"duudlaga-1.1": HangUp(123.25, cause=0)}


def test_without_the_file_nothing_is_known(tmp_path: Path) -> None:
    assert hang_ups(tmp_path / "cel.jsonl", {"duudlaga-1.1"}) == {}
