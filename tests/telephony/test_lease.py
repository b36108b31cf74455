"""A caller stays in our hands only while somebody living holds them."""

from __future__ import annotations

from ari_app.telephony.lease import (
    CALL_CAP_SECONDS,
    FIRST_SECONDS,
    LENGTH_SECONDS,
    MUSIC_SECONDS,
    RENEW_BELOW_SECONDS,
    SPREAD_SECONDS,
    SWEEP_SECONDS,
    Held,
    renewal,
)


def test_a_fresh_call_costs_no_renewal_at_once() -> None:
    assert renewal(Held(FIRST_SECONDS), 0.0) is None


def test_a_lease_is_renewed_before_it_runs_out_even_if_one_sweep_is_late() -> None:
    assert renewal(Held(10.0), 10.0 - RENEW_BELOW_SECONDS + 0.1) == LENGTH_SECONDS
    assert RENEW_BELOW_SECONDS > 2 * SWEEP_SECONDS


def test_a_caller_with_music_is_held_for_longer_since_the_music_plays_on_without_us() -> None:
    assert renewal(Held(1.0, music=True), 0.0) == MUSIC_SECONDS > LENGTH_SECONDS


def test_when_the_controller_dies_those_who_hear_music_have_time_left_for_the_next_one() -> None:
    assert renewal(Held(10.0, music=True), 4.4) is None
    assert renewal(Held(10.0, music=True), 4.6) == MUSIC_SECONDS


def test_callers_do_not_all_fall_to_the_fallback_at_once() -> None:
    assert renewal(Held(1.0, spread=1.0), 0.0) == LENGTH_SECONDS + SPREAD_SECONDS


def test_people_who_talk_are_under_the_cap_and_no_more_under_our_care() -> None:
    assert renewal(Held(4.0, talking=True), 3.0) == CALL_CAP_SECONDS
    assert renewal(Held(4.0, talking=True, capped=True), 3.0) is None


def test_a_caller_who_comes_back_from_a_talk_is_under_the_short_lease_again() -> None:
    assert renewal(Held(9999.0, capped=True), 3.0) == LENGTH_SECONDS
