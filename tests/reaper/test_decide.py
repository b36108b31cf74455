"""Nobody is left alone in silence while no controller is there; nobody else is touched."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ari_app.flow.ids import call_id
from ari_app.reaper.decide import (
    ABSENT_SECONDS,
    SETTLED_SECONDS,
    Act,
    DeleteBridge,
    HangUp,
    Memory,
    ToFallback,
    alone,
    decide,
)
from ari_app.reaper.world import Bridge, Channel

CALLER = "duudlaga-1795340342.7"
CALL = call_id(CALLER)
LEG = f"{CALL}-4-1"
ROOM = f"{LEG}-talk"

caller = Channel(CALLER, up=True, ours=True)
with_fallback = Channel(CALLER, up=True, ours=False)
leg = Channel(LEG, up=True, ours=True)
ringing = Channel(LEG, up=False, ours=False)


def acts(
    channels: Sequence[Channel],
    bridges: Sequence[Bridge] = (),
    absent: float = 60.0,
    settled: float = 30.0,
) -> list[Act]:
    """What is done about a world that has been so for ``settled`` seconds."""
    _, memory = decide(channels, bridges, before=Memory(0.0, {}), now=absent - settled)
    done, _ = decide(channels, bridges, before=memory, now=absent)
    return done


def test_two_who_talk_are_left_in_peace() -> None:
    assert acts([caller, leg], [Bridge(ROOM, (CALLER, LEG))]) == []


def test_the_caller_whose_agent_hung_up_goes_to_the_fallback() -> None:
    assert acts([caller], [Bridge(ROOM, (CALLER,))]) == [ToFallback(CALLER)]


def test_the_agent_whose_caller_hung_up_is_hung_up() -> None:
    assert acts([leg], [Bridge(ROOM, (LEG,))]) == [HangUp(LEG)]


def test_the_agent_whose_caller_went_to_the_fallback_is_hung_up() -> None:
    assert acts([with_fallback, leg], [Bridge(ROOM, (LEG,))]) == [HangUp(LEG)]


def test_an_agent_who_answered_and_was_never_joined_is_hung_up() -> None:
    assert acts([caller, leg]) == [HangUp(LEG)]


def test_an_empty_bridge_is_deleted_and_one_of_somebody_else_is_not() -> None:
    bridges = [Bridge(ROOM, ()), Bridge(f"{CALL}-hold", ()), Bridge("of-the-dialplan", ())]
    assert acts([], bridges) == [DeleteBridge(ROOM), DeleteBridge(f"{CALL}-hold")]


def test_a_phone_rings_on_while_the_caller_waits_and_stops_when_the_caller_is_gone() -> None:
    assert acts([caller, ringing]) == []
    assert acts([ringing]) == [HangUp(LEG)]
    assert acts([with_fallback, ringing]) == [HangUp(LEG)]


@pytest.mark.parametrize("left", [None, 0.4, 4.0, 9.0])
def test_a_caller_under_a_lease_is_left_to_the_lease(left: float | None) -> None:
    lonely = Channel(CALLER, up=True, ours=True, left_seconds=left)
    assert acts([lonely]) == []
    assert acts([lonely], [Bridge(f"{CALL}-hold", (CALLER,))]) == []


@pytest.mark.parametrize("left", [0.0, 14_000.0])
def test_a_caller_left_alone_under_the_cap_of_a_talk_goes_to_the_fallback(left: float) -> None:
    """A controller died between taking a talk apart and setting the lease."""
    assert acts([Channel(CALLER, up=True, ours=True, left_seconds=left)]) == [ToFallback(CALLER)]


def test_a_caller_with_the_fallback_is_not_touched() -> None:
    assert acts([with_fallback, Channel("duudlaga-1795340342.9", up=True, ours=False)]) == []


def test_a_controller_that_is_away_for_a_moment_finds_all_as_it_was() -> None:
    world = [caller], [Bridge(ROOM, (CALLER,))]
    assert acts(*world, absent=ABSENT_SECONDS - 0.1, settled=5) == []
    assert acts(*world, absent=ABSENT_SECONDS, settled=5) == [ToFallback(CALLER)]


def test_an_agent_whose_caller_is_gone_does_not_wait_for_a_controller() -> None:
    world = [leg], [Bridge(ROOM, (LEG,))]
    assert acts(*world, absent=SETTLED_SECONDS, settled=SETTLED_SECONDS) == [HangUp(LEG)]
    assert acts(*world, absent=SETTLED_SECONDS - 0.1, settled=SETTLED_SECONDS - 0.1) == []
    other = Channel("duudlaga-1795340342.9", up=True, ours=True)
    assert acts([other, leg], [Bridge(ROOM, (LEG,))], absent=3.0, settled=3.0) == [HangUp(LEG)]


def test_a_leg_whose_caller_is_there_waits_for_a_controller() -> None:
    assert acts([caller, leg], absent=ABSENT_SECONDS - 0.1, settled=5) == []


def test_what_is_so_for_a_moment_only_is_left_alone() -> None:
    world = [caller], [Bridge(ROOM, (CALLER,))]
    assert acts(*world, settled=SETTLED_SECONDS - 0.1) == []
    _, memory = decide(*world, before=Memory(0.0, {}), now=20.0)
    _, memory = decide([caller, leg], [Bridge(ROOM, (CALLER, LEG))], before=memory, now=21.0)
    done, _ = decide(*world, before=memory, now=22.0)
    assert done == [], "it was not so the whole time"


def test_an_act_that_did_not_help_is_done_again() -> None:
    world = [caller], [Bridge(ROOM, (CALLER,))]
    _, memory = decide(*world, before=Memory(0.0, {}), now=20.0)
    for now in (22.0, 23.0):
        done, memory = decide(*world, before=memory, now=now)
        assert done == [ToFallback(CALLER)]


def test_the_time_limit_is_asked_only_of_callers_of_ours_in_no_bridge() -> None:
    other = Channel("duudlaga-1795340342.9", up=True, ours=True)
    world = [caller, other, leg, Channel("duudlaga-1795340342.11", up=True, ours=False)]
    assert alone(world, [Bridge(ROOM, (CALLER, LEG))]) == [other]
