"""What an agent goes through in a day."""

import pytest

from ari_app.acd.agents import (
    MISSED_CALLS,
    NOT_READY,
    PAUSED,
    READY,
    RINGING,
    STATES,
    TABLE,
    TALKING,
    AgentEvent,
    AgentView,
    due,
    step,
)
from ari_app.acd.line import Line
from ari_app.acd.match import match
from ari_app.acd.waiting import Waiting
from tests.acd.people import NOW, agent


def after(person: AgentView, *events: AgentEvent) -> AgentView:
    """The agent after these events, one second apart; every one must be accepted."""
    for second, event in enumerate(events, start=1):
        changed = step(person, event, NOW + second)
        assert changed is not None, f"{event.name} is refused when {person.state}"
        person = changed
    return person


RESERVE = AgentEvent("reserve", "call", owner="here", seconds=10)
RING = AgentEvent("ring", "call", seconds=30)
ANSWER = AgentEvent("answer", "call", owner="here")
TALKED = AgentEvent("release", "call", result="talked", seconds=15)
MISSED = AgentEvent("release", "call", result="no_answer", pause_after=2)
CALLED_OFF = AgentEvent("release", "call", result="cancelled")


def test_a_whole_call_ends_in_wrap_up_and_then_the_agent_is_ready() -> None:
    person = after(agent("bold"), RESERVE, RING, ANSWER, TALKED)
    assert (person.state, person.call, person.calls_today) == ("wrap_up", None, 1)
    assert person.until == NOW + 4 + 15
    ended = due(person, NOW + 19)
    assert ended == AgentEvent("wrap_up_over")
    ready = step(person, ended, NOW + 19)
    assert ready is not None
    assert (ready.state, ready.idle_since, ready.until) == (READY, NOW + 19, None)


def test_without_wrap_up_the_agent_is_ready_at_once() -> None:
    talked = AgentEvent("release", "call", result="talked")
    assert after(agent("bold"), RESERVE, RING, ANSWER, talked).state == READY


def test_a_reservation_of_a_dead_controller_ends_with_its_lease() -> None:
    held = after(agent("bold", idle=60), RESERVE)
    assert due(held, NOW + 10.9) is None
    ended = due(held, NOW + 11)
    assert ended is not None
    free = step(held, ended, NOW + 11)
    assert free is not None
    assert (free.state, free.call, free.owner) == (READY, None, "")
    assert free.idle_since == NOW - 60, "the agent's turn is not lost"


def test_who_was_called_off_keeps_the_turn_and_who_missed_loses_it() -> None:
    assert after(agent("bold", idle=60), RESERVE, RING, CALLED_OFF).idle_since == NOW - 60
    assert after(agent("bold", idle=60), RESERVE, RING, MISSED).idle_since == NOW + 3


def test_two_rings_in_vain_pause_the_agent() -> None:
    once = after(agent("bold"), RESERVE, RING, MISSED)
    assert (once.state, once.missed_rings) == (READY, 1)
    twice = after(once, RESERVE, RING, MISSED)
    assert (twice.state, twice.reason) == (PAUSED, MISSED_CALLS)
    back = after(twice, AgentEvent("unpause"))
    assert (back.state, back.reason, back.missed_rings) == (READY, "", 0)


def test_an_answer_between_makes_the_count_begin_anew() -> None:
    person = after(agent("bold"), RESERVE, RING, MISSED, RESERVE, RING, ANSWER, CALLED_OFF)
    assert after(person, RESERVE, RING, MISSED).state == READY


def test_who_picks_up_and_hangs_up_at_once_rests_and_is_soon_paused_as_one_who_misses_calls() -> (
    None
):
    put_down = AgentEvent("release", "call", result="wordless", pause_after=3)
    once = after(agent("bold"), RESERVE, RING, MISSED, RESERVE, RING, ANSWER, put_down)
    assert (once.state, once.missed_rings, once.calls_today) == (READY, 2, 0)
    assert once.rests_until == NOW + 7 + 5
    thrice = after(once, RESERVE, RING, ANSWER, put_down)
    assert (thrice.state, thrice.reason) == (PAUSED, MISSED_CALLS)


def test_an_agent_whose_line_broke_in_the_talk_rests_as_after_a_ring_in_vain() -> None:
    broke = AgentEvent("release", "call", result="unreachable", pause_after=2)
    once = after(agent("bold"), RESERVE, RING, ANSWER, broke)
    assert (once.state, once.missed_rings, once.calls_today) == (READY, 1, 1)
    assert once.rests_until == NOW + 4 + 10
    twice = after(once, RESERVE, RING, ANSWER, broke)
    assert (twice.state, twice.reason) == (PAUSED, MISSED_CALLS)


def test_a_talk_between_makes_the_count_begin_anew() -> None:
    put_down = AgentEvent("release", "call", result="wordless", pause_after=2)
    talked = AgentEvent("release", "call", result="talked")
    person = after(agent("bold"), RESERVE, RING, ANSWER, put_down, RESERVE, RING, ANSWER, talked)
    assert after(person, RESERVE, RING, ANSWER, put_down).state == READY


def test_a_refusal_is_not_a_missed_ring() -> None:
    refused = AgentEvent("release", "call", result="refused", pause_after=1)
    assert after(agent("bold"), RESERVE, RING, refused).state == READY


def test_a_pause_during_a_call_begins_after_it() -> None:
    lunch = AgentEvent("pause", reason="lunch")
    talking = after(agent("bold"), RESERVE, RING, lunch, ANSWER)
    assert talking.state == TALKING
    person = after(talking, TALKED, AgentEvent("wrap_up_over"))
    assert (person.state, person.reason) == (PAUSED, "lunch")


def test_a_phone_lost_during_a_call_shows_after_it() -> None:
    talking = after(agent("bold"), RESERVE, RING, ANSWER, AgentEvent("phone_lost"))
    assert talking.state == TALKING
    assert after(talking, TALKED).state == "offline"


def test_a_pause_outlives_a_lost_phone() -> None:
    person = after(
        agent("bold"),
        AgentEvent("pause", reason="lunch"),
        AgentEvent("phone_lost"),
        AgentEvent("phone_registered"),
    )
    assert (person.state, person.reason) == (PAUSED, "lunch")


def test_who_must_say_to_be_ready_is_not_rung_before() -> None:
    person = after(AgentView("bold", ready_on_register=False), AgentEvent("phone_registered"))
    assert (person.state, person.reason) == (PAUSED, NOT_READY)
    assert after(AgentView("saraa"), AgentEvent("phone_registered")).state == READY


def test_a_talk_that_nobody_remembers_is_taken_over_after_a_restart() -> None:
    for state in STATES:
        if state != TALKING:
            assert after(agent("bold", state=state), ANSWER).state == TALKING


@pytest.mark.parametrize("name", ["ring", "answer", "release"])
def test_another_call_cannot_touch_a_held_agent(name: str) -> None:
    held = after(agent("bold"), RESERVE)
    assert step(held, AgentEvent(name, "another"), NOW) is None


def test_an_agent_is_reserved_only_once() -> None:
    held = after(agent("bold"), RESERVE)
    assert step(held, AgentEvent("reserve", "another", owner="there"), NOW) is None


def test_a_new_day_counts_calls_from_nothing_once() -> None:
    person = after(agent("bold", calls_today=7), AgentEvent("new_day", day="2026-11-22"))
    assert (person.calls_today, person.state, person.since) == (0, READY, 0.0)
    worked = after(person, RESERVE, RING, ANSWER, TALKED, AgentEvent("new_day", day="2026-11-22"))
    assert worked.calls_today == 1


def test_every_event_names_states_that_exist() -> None:
    for name, row in TABLE.items():
        assert set(row) <= set(STATES), name
        assert set(row.values()) <= {*STATES, "keep", "rest"}, name


def test_a_phone_that_refuses_is_not_rung_again_at_once() -> None:
    ringing = AgentView("bold", {"anu": 1}, state=RINGING, registered=True, call="call-1")
    released = step(ringing, AgentEvent("release", "call-1", result="refused"), 100.0)
    assert released is not None
    assert released.state == READY
    line = Line([Waiting("call-1", "anu", "reception", since=90.0)])
    assert match(line, [released], 101.0) == []
    assert [made.agents for made in match(line, [released], 110.0)] == [("bold",)]


def test_an_agent_does_not_rest_until_next_spring_because_a_clock_was_wrong() -> None:
    months = 180 * 86_400.0
    rested = AgentView("bold", {"anu": 1}, state=READY, registered=True, rests_until=NOW + months)
    line = Line([Waiting("call-1", "anu", "reception", since=NOW - 5)])
    assert [made.agents for made in match(line, [rested], NOW)] == [("bold",)]
    wrapping = AgentView("bold", state="wrap_up", registered=True, until=NOW + months)
    assert due(wrapping, NOW) == AgentEvent("wrap_up_over")
