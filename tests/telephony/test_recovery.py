"""The controller was away: what becomes of the callers?"""

from __future__ import annotations

from ari_app.flow import commands as c
from ari_app.telephony.recovery import (
    Begin,
    Close,
    DropBridge,
    DropLeg,
    FoundChannel,
    Leave,
    OpenRun,
    Resume,
    plan,
    to_repeat,
)

CALL = "019aaaac-260c-7c04-8a76-f16789710443"
OTHER = "019aaaac-260d-7c04-8a76-f16789710443"
LEG = f"{CALL}-4-2"
BOOT, BEGAN = 100.0, 200.0


def channels(*found: FoundChannel) -> dict[str, FoundChannel]:
    return {channel.id: channel for channel in found}


def run(call: str = CALL, *legs: str) -> OpenRun:
    return OpenRun(call, "duudlaga-1.1", legs, BEGAN)


def test_a_caller_who_still_waits_goes_on_where_the_run_stands() -> None:
    caller = FoundChannel("duudlaga-1.1", up=True, ours=True)
    assert plan([run()], channels(caller), [], BOOT) == [Resume(CALL, (), ())]


def test_a_caller_who_talks_keeps_the_talk_and_one_whose_phone_rings_the_ring() -> None:
    caller = FoundChannel("duudlaga-1.1", up=True, ours=True)
    talking = FoundChannel(LEG, up=True, ours=True)
    ringing = FoundChannel(f"{CALL}-4-3", up=False, ours=False)
    steps = plan(
        [run(CALL, LEG, f"{CALL}-4-3", f"{CALL}-4-4")],
        channels(caller, talking, ringing),
        [f"{LEG}-talk"],
        BOOT,
    )
    assert steps == [Resume(CALL, (LEG,), (f"{CALL}-4-3",))]


def test_a_caller_who_hung_up_meanwhile_is_closed_and_the_agent_left_behind_is_freed() -> None:
    agent = FoundChannel(LEG, up=True, ours=True)
    steps = plan([run(CALL, LEG)], channels(agent), [f"{LEG}-talk"], BOOT)
    assert steps == [Close(CALL, cut=False), DropLeg(LEG), DropBridge(f"{LEG}-talk")]


def test_a_call_that_died_with_asterisk_was_cut() -> None:
    assert plan([run()], {}, [], BEGAN + 1) == [Close(CALL, cut=True)]


def test_a_caller_whom_the_fallback_has_is_left_alone_but_not_the_phone_that_rings_for_us() -> None:
    caller = FoundChannel("duudlaga-1.1", up=True, ours=False)
    ringing = FoundChannel(LEG, up=False, ours=False)
    steps = plan([run(CALL, LEG)], channels(caller, ringing), [], BOOT)
    assert steps == [Leave(CALL), DropLeg(LEG)]


def test_a_caller_who_came_while_nobody_was_here_is_taken_in() -> None:
    stranger = FoundChannel("duudlaga-1.7", up=False, ours=True, told="97670110001,,,,,")
    assert plan([], channels(stranger), [], BOOT) == [Begin(stranger)]


def test_channels_and_bridges_of_others_are_none_of_our_business() -> None:
    echo = FoundChannel("duudlaga-1.9", up=True, ours=False)
    assert plan([], channels(echo), ["somebody-elses-bridge"], BOOT) == []


def test_the_waiting_room_of_a_call_that_is_over_is_taken_down() -> None:
    assert plan([], {}, [f"{OTHER}-hold"], BOOT) == [DropBridge(f"{OTHER}-hold")]


def test_what_may_not_have_been_done_is_done_again_but_no_prompt_is_played_twice() -> None:
    end = c.EndLeg(f"{CALL}-3-002", LEG)
    stop = c.StopPlaying(f"{CALL}-3-001", "play")
    play = c.Play("play", ("client:menu",), "mn")
    assert to_repeat([stop, end, play], answered=True) == [stop, end]


def test_an_answered_call_is_not_answered_again_behind_the_prompt_that_plays() -> None:
    answer = c.Answer(f"{CALL}-1-001")
    assert to_repeat([answer], answered=True) == []
    assert to_repeat([answer], answered=False) == [answer]


def test_a_channel_that_neither_the_dialplan_nor_we_brought_is_hung_up() -> None:
    intruder = FoundChannel("duudlaga-1.8", up=True, ours=True)
    assert plan([], channels(intruder), [], BOOT) == [DropLeg(intruder.id)]
