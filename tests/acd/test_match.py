"""Whose phone rings for whom."""

import pytest

from ari_app.acd.line import Line
from ari_app.acd.match import Assignment, match
from tests.acd.people import NOW, agent, caller, rings


def test_the_agent_who_was_idle_longest_takes_the_caller_who_waited_longest() -> None:
    callers = [caller("second", 5), caller("first", 20), caller("third", 1)]
    agents = [agent("bold", idle=10), agent("saraa", idle=90)]
    assert rings(callers, agents) == {"first": ("saraa",), "second": ("bold",)}


def test_the_phone_rings_as_long_as_the_queue_says() -> None:
    made = match(Line([caller("one", ring_seconds=12.0)]), [agent("bold")], NOW)
    assert made == [Assignment("one", "reception", ("bold",), 12.0)]


@pytest.mark.parametrize(
    "state", ["offline", "reserved", "ringing", "talking", "wrap_up", "paused"]
)
def test_nobody_but_a_ready_agent_is_rung(state: str) -> None:
    assert rings([caller("one")], [agent("bold", state=state)]) == {}


def test_an_agent_is_not_rung_for_a_client_they_do_not_serve() -> None:
    assert rings([caller("one")], [agent("bold", levels={"bakery": 5})]) == {}


def test_a_caller_who_needs_more_skill_waits_and_holds_up_nobody() -> None:
    callers = [caller("hard", 50, level=3), caller("easy", 5)]
    agents = [agent("novice", levels={"clinic": 2})]
    assert rings(callers, agents) == {"easy": ("novice",)}


def test_a_caller_of_higher_priority_goes_first_in_their_queue() -> None:
    callers = [caller("patient", 50), caller("vip", 5, priority=1)]
    assert rings(callers, [agent("bold")]) == {"vip": ("bold",)}


def test_a_priority_takes_no_turn_from_another_client() -> None:
    callers = [caller("vip", 5, priority=9), caller("baker", 6, client="bakery")]
    agents = [agent("bold", levels={"clinic": 1, "bakery": 1})]
    assert rings(callers, agents) == {"baker": ("bold",)}


def test_across_clients_the_highest_weight_times_wait_goes_first() -> None:
    callers = [caller("patient", 40), caller("baker", 15, client="bakery", weight=3.0)]
    agents = [agent("bold", levels={"clinic": 1, "bakery": 1})]
    assert rings(callers, agents) == {"baker": ("bold",)}


def test_who_waited_past_the_guard_goes_before_weight_and_priority() -> None:
    callers = [
        caller("forgotten", 181, weight=0.0),
        caller("vip", 100, priority=9, weight=0.0),
        caller("baker", 179, client="bakery", weight=99.0),
    ]
    agents = [agent("bold", levels={"clinic": 1, "bakery": 1})]
    assert rings(callers, agents) == {"forgotten": ("bold",)}


def test_a_repeat_caller_gets_the_agent_who_knows_them() -> None:
    callers = [caller("again", agent="saraa", strategy="ring_all")]
    agents = [agent("bold", idle=900), agent("saraa", idle=1)]
    assert rings(callers, agents) == {"again": ("saraa",)}


def test_a_repeat_caller_does_not_wait_for_an_agent_who_is_busy() -> None:
    agents = [agent("bold"), agent("saraa", state="talking")]
    assert rings([caller("again", agent="saraa")], agents) == {"again": ("bold",)}


def test_an_agent_who_missed_this_caller_is_tried_last() -> None:
    missed = frozenset({"saraa"})
    agents = [agent("saraa", idle=900), agent("bold", idle=1)]
    assert rings([caller("one", missed_agents=missed)], agents) == {"one": ("bold",)}
    assert rings([caller("one", missed_agents=missed)], agents[:1]) == {"one": ("saraa",)}


def test_an_agent_who_missed_one_caller_is_still_first_for_the_next() -> None:
    callers = [caller("one", 20, missed_agents=frozenset({"saraa"})), caller("two", 10)]
    agents = [agent("saraa", idle=900), agent("bold", idle=1)]
    assert rings(callers, agents) == {"one": ("bold",), "two": ("saraa",)}


def test_ring_all_rings_everybody_free_but_those_who_missed_this_caller() -> None:
    agents = [agent("bold"), agent("saraa"), agent("dorj"), agent("away", state="paused")]
    one = caller("one", strategy="ring_all", missed_agents=frozenset({"dorj"}))
    assert set(rings([one], agents)["one"]) == {"bold", "saraa"}


def test_round_robin_rings_who_was_rung_longest_ago() -> None:
    agents = [agent("bold", idle=900, rung_at=NOW - 1), agent("saraa", idle=1, rung_at=NOW - 50)]
    assert rings([caller("one", strategy="round_robin")], agents) == {"one": ("saraa",)}


def test_fewest_calls_rings_who_had_the_fewest_today() -> None:
    agents = [agent("bold", idle=900, calls_today=7), agent("saraa", idle=1, calls_today=6)]
    assert rings([caller("one", strategy="fewest_calls")], agents) == {"one": ("saraa",)}


def test_skill_level_rings_the_most_skilled_for_this_client() -> None:
    agents = [
        agent("bold", idle=900, levels={"clinic": 2, "bakery": 9}),
        agent("saraa", idle=1, levels={"clinic": 3}),
    ]
    assert rings([caller("one", strategy="skill_level")], agents) == {"one": ("saraa",)}


def test_a_strategy_nobody_knows_counts_as_longest_idle() -> None:
    agents = [agent("bold", idle=1), agent("saraa", idle=90)]
    assert rings([caller("one", strategy="by_mood")], agents) == {"one": ("saraa",)}
