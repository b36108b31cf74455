"""Asterisk counts its channels anew after each start: who had a channel before that is cut."""

from __future__ import annotations

from datetime import UTC, datetime

from ari_app.journal.asterisk_start import AsteriskStart, follow

SECOND = 1_795_000_000


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(SECOND + seconds, UTC)


def starts(*channels: tuple[float, int]) -> list[float]:
    """When Asterisk was started, by channels made at these seconds with these numbers."""
    seen: list[float] = []
    start: AsteriskStart | None = None
    for at, counter in channels:
        start = follow(start, f"duudlaga-{SECOND + int(at)}.{counter}", moment(at))
        assert start is not None
        began = start.began_at.timestamp() - SECOND
        seen += [began] if began not in seen else []
    return seen


def test_channels_that_are_counted_on_are_of_one_start() -> None:
    assert starts((0, 0), (1, 1), (1, 2), (500, 9)) == [0]


def test_a_number_that_was_passed_already_is_of_a_new_start() -> None:
    assert starts((0, 7), (10, 0), (11, 1), (40, 1)) == [0, 10, 40]


def test_the_same_number_of_a_later_channel_is_of_a_new_start() -> None:
    assert starts((0, 0), (5, 0)) == [0, 5]


def test_channels_of_the_same_moment_may_change_places() -> None:
    assert starts((0, 11), (0, 10), (1, 9), (1, 12)) == [0]


def test_lines_of_an_earlier_start_that_come_late_tell_nothing() -> None:
    assert starts((0, 900), (10, 3), (0, 1000), (11, 4)) == [0, 10]


def test_ids_of_another_form_tell_nothing() -> None:
    start = AsteriskStart(moment(0), 5, SECOND)
    for unique_id in ("01a20295-de90-7587-989b-0ce774101a35-5-001", "", "x.1", "1.x", "1.2\n3.4"):
        assert follow(start, unique_id, moment(99)) == start
    assert follow(None, "no id", moment(0)) is None
