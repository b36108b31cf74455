"""A caller stays in our hands only while somebody living holds them."""

from __future__ import annotations

from ari_app.telephony.lease import (
    CALL_CAP_SECONDS,
    FIRST_SECONDS,
    LENGTH_SECONDS,
    RENEW_BELOW_SECONDS,
    SWEEP_SECONDS,
    renewal,
)


def test_a_fresh_call_costs_no_renewal_at_once() -> None:
    assert renewal(FIRST_SECONDS, 0.0, talking=False, capped=False) is None


def test_a_lease_is_renewed_before_it_runs_out_even_if_one_sweep_is_late() -> None:
    assert renewal(10.0, 10.0 - RENEW_BELOW_SECONDS + 0.1, talking=False, capped=False) == (
        LENGTH_SECONDS
    )
    assert RENEW_BELOW_SECONDS > 2 * SWEEP_SECONDS


def test_people_who_talk_are_under_the_cap_and_no_more_under_our_care() -> None:
    assert renewal(4.0, 3.0, talking=True, capped=False) == CALL_CAP_SECONDS
    assert renewal(4.0, 3.0, talking=True, capped=True) is None


def test_a_caller_who_comes_back_from_a_talk_is_under_the_short_lease_again() -> None:
    assert renewal(9999.0, 3.0, talking=False, capped=True) == LENGTH_SECONDS
