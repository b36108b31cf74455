"""When the goal counts as met, and whose fault it is when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.simulator.recognition import Span
from tests.load import watch
from tests.load.heard_calls import order, split
from tests.load.judgement import Party
from tests.load.tally import Tally, table
from tests.load.tour import GREETED, WALKS
from tests.load.watch import Busyness, Stall


def tally(
    *silent: tuple[float, float], idle: float = 0.5, stalls: tuple[Stall, ...] = (), **more: int
) -> Tally:
    """Of one caller who heard a voice for ten seconds, but for these (from, to)."""
    found = Tally(20, Busyness(10, stalls, idle, 0.0, {}), calls=1)
    heard, since = [], 0.0
    for begin, end in [*silent, (10.0, 10.0)]:
        heard.append(Span("tone", since, begin, hertz=650, missing=more.pop("missing", 0)))
        since = end
    found.take(Party("caller", heard, 0.0, 10.0))
    found.dropped = more.get("dropped", 0)
    return found


def test_a_caller_who_hears_everything_meets_the_goal() -> None:
    good = tally((1.0, 1.4))
    assert (good.is_good, good.blame) == (True, "")
    assert good.longest_seconds == pytest.approx(0.4)


def test_a_pause_over_half_a_second_misses_the_goal_and_one_over_three_is_a_silence() -> None:
    pause, silence = tally((1.0, 1.6)), tally((1.0, 4.1))
    assert (pause.is_sound, pause.is_good, len(pause.pauses)) == (True, False, 1)
    assert (silence.is_sound, silence.is_good) == (False, False)
    assert silence.silences == ["caller talk→talk 3.10 s at 1.0 s"]


def test_an_agent_may_wait_for_the_caller_but_not_in_silence() -> None:
    found = tally()
    late = Span("tone", 0.8, 4.0, hertz=400)
    found.take(Party("agent", [late], 0.0, 4.0, is_agent=True))
    assert (found.is_good, found.longest_seconds) == (True, 0.0)
    assert found.agents_longest == {"answer→talk": 0.8}
    found.take(Party("agent", [], 0.0, 4.0, is_agent=True))
    assert found.silences == ["agent answer→end 4.00 s at 0.0 s"]


def test_a_packet_that_never_came_misses_the_goal() -> None:
    assert not tally(missing=1).is_good


def test_a_silent_house_is_told_from_a_slow_machine() -> None:
    silence = (1.0, 1.9)
    assert tally(silence).blame == "the house's: the machine had time (50% idle)"
    assert tally(silence, idle=0.03).blame == "the machine had no time left (3% idle)"
    late = tally(silence, stalls=((1.2, 1.7),))
    assert (late.excused, late.is_good) == (1, False), "it counts all the same"
    assert late.blame == "this program was woken late in 1 pauses and too slow for 0 packets"
    elsewhere = tally(silence, stalls=((5.0, 5.5),))
    assert (elsewhere.excused, elsewhere.blame[:11]) == (0, "the house's")
    slow = tally(missing=3, dropped=3)
    assert slow.blame == "this program was woken late in 0 pauses and too slow for 3 packets"


def test_nothing_excuses_a_lost_prompt_or_a_packet_that_the_house_has_lost() -> None:
    assert tally((1.0, 1.9), idle=0.03).is_excused
    assert not tally((1.0, 4.5), idle=0.03).is_excused
    assert not tally(missing=3, dropped=2).is_excused


def test_the_table_has_a_column_for_each_rate() -> None:
    lines = table([tally(), tally((1.0, 1.6))])
    assert lines[-1] == "| goal | met | missed |"
    assert {line.count("|") for line in lines} == {4}


def test_the_calls_are_shared_out_among_the_rates_and_lead_through_every_walk() -> None:
    assert split(10_000, [1, 20, 50]) == [300, 4850, 4850]
    assert split(40, [4]) == [40]
    assert set(map(id, order(30, 20))) == set(map(id, WALKS))
    crowd = order(4850, 50)
    assert {walk.name for walk in crowd} == {walk.name for walk in [*WALKS, GREETED]}
    assert sum(walk is GREETED for walk in crowd) == pytest.approx(0.6 * 4850, rel=0.05)


def test_the_kernels_count_of_datagrams_that_a_port_lost(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    head = "sl local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid drops\n"
    row = "  1: 0300007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 0 0 0 9 2 0 {}\n"
    (tmp_path / "udp").write_text(head + row.format(7) + row.replace("1F90", "1F91").format(9))
    monkeypatch.setattr(watch, "_UDP", tmp_path / "udp")
    assert watch.dropped(8080) == 7
