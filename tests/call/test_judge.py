"""What the judge says of what the parties of a call heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ari_app.flow.entries import Entry
from ari_app.simulator.hearing import Kind, Span
from tests.call.judge import Party, Stretch, complaints

NAMES: dict[str, Kind] = {"s": "sound", "-": "silence", "_": "nothing"}


def spans(pieces: str, begin: float = 0.0) -> list[Span]:
    """A second each: s sound, - silence, _ no packets."""
    found: list[Span] = []
    for index, letter in enumerate(pieces):
        at = begin + index
        if found and found[-1].kind == NAMES[letter]:
            found[-1] = Span(NAMES[letter], found[-1].begin, at + 1)
        else:
            found.append(Span(NAMES[letter], at, at + 1))
    return found


def party(name: str, hears: str, says: str = "", begin: float = 0.0) -> Party:
    return Party(
        name, begin, begin + len(hears), spans(hears, begin), spans(says or "s" * len(hears), begin)
    )


def entry(happened: str, at: float, **data: object) -> Entry:
    return Entry(happened, at, data)


WAITING = [entry("call_answered", 0.0), entry("queue_joined", 2.0, queue="desk")]
TALKING = [
    *WAITING,
    entry("queue_left", 4.0),
    entry("talk_started", 4.0, leg="a", agent="bold"),
    entry("talk_ended", 9.0, leg="a"),
]


def test_nothing_is_wrong_with_a_caller_who_waits_with_music() -> None:
    assert complaints(WAITING, party("caller", "ss--ssss"), []) == []


def test_a_caller_who_waits_in_silence() -> None:
    assert complaints(WAITING, party("caller", "ss----ss"), []) == [
        "caller hears nothing for 4.0 s, from second 2.0 on"
    ]


def test_silence_and_no_packets_are_one_to_the_caller() -> None:
    assert complaints(WAITING, party("caller", "ss--__ss"), []) == [
        "caller hears nothing for 4.0 s, from second 2.0 on"
    ]


def test_who_leaves_a_message_hears_nothing_meanwhile() -> None:
    entries = [
        entry("prompt_played", 0.0, items=["standard:leave_message"]),
        entry("recording_expected", 1.0, kind="message"),
    ]
    assert complaints(entries, party("caller", "s-------"), []) == []


def test_a_prompt_of_which_nothing_is_heard() -> None:
    entries = [entry("prompt_played", 1.0, items=["client:welcome"]), entry("call_ended", 7.0)]
    assert complaints(entries, party("caller", "s------"), []) == [
        "caller hears nothing for 6.0 s, from second 1.0 on"
    ]


def test_a_story_may_allow_a_longer_silence() -> None:
    assert complaints(WAITING, party("caller", "ss----ss"), [], silent_seconds=6.5) == []


@pytest.mark.parametrize("deaf", ["caller", "bold"])
def test_in_a_talk_each_hears_the_other(deaf: str) -> None:
    caller = party("caller", "ssss" + ("-----" if deaf == "caller" else "sssss"))
    agent = party("bold", "-----" if deaf == "bold" else "sssss", begin=4.0)
    assert complaints(TALKING, caller, [agent]) == [
        f"{deaf} hears nothing for 5.0 s, from second {4.0 if deaf == 'caller' else 0.0} on"
    ]


def test_whoever_talks_with_a_silent_phone_hears_nothing() -> None:
    agent = party("bold", "sssss", "_____", begin=4.0)
    assert complaints(TALKING, party("caller", "ssss_____"), [agent]) == []
    caller = party("caller", "sssssssss", "_________")
    assert complaints(TALKING, caller, [party("bold", "_____", begin=4.0)]) == []


def test_who_gets_or_sends_no_packets() -> None:
    entries = [entry("call_answered", 0.0)]
    assert complaints(entries, party("caller", "s___sss", "ss___ss"), []) == [
        "caller gets no packets for 3.0 s, from second 1.0 on",
        "caller sends no packets for 3.0 s, from second 2.0 on",
    ]


def test_who_hears_a_person_outside_of_a_talk() -> None:
    caller = replace(
        party("caller", "sssssssss"),
        voices=[Stretch("bold", 2.0, 3.0), Stretch("bold", 4.2, 8.9), Stretch("tuya", 6.0, 6.5)],
    )
    agent = replace(party("bold", "sssss", begin=4.0), voices=[Stretch("caller", 4.0, 9.0)])
    assert complaints(TALKING, caller, [agent]) == [
        "caller hears bold for 1.0 s at second 2.0",
        "caller hears tuya for 0.5 s at second 6.0",
    ]


def prompts(*heard: Stretch) -> Party:
    return replace(party("caller", "s" * 10), prompts=heard)


PLAYED = [entry("prompt_played", 1.0, items=["client:welcome"])]


def test_a_prompt_that_is_cut_off_without_a_reason() -> None:
    caller = prompts(Stretch("welcome", 1.0, 3.0, whole=False))
    assert complaints(PLAYED, caller, []) == [
        "the prompt welcome is cut off at second 3.0, and nobody asked for it"
    ]


@pytest.mark.parametrize("kind", ["digits_received", "talk_started", "call_ended"])
def test_a_prompt_may_be_cut_off_by_a_key_a_leg_or_the_end(kind: str) -> None:
    caller = prompts(Stretch("welcome", 1.0, 3.0, whole=False))
    assert complaints([*PLAYED, entry(kind, 2.8, leg="a", agent="b")], caller, []) == []


def test_a_prompt_that_is_heard_twice() -> None:
    caller = prompts(Stretch("welcome", 1.0, 3.0), Stretch("welcome", 3.2, 5.2))
    assert complaints(PLAYED, caller, []) == [
        "the prompt welcome is heard twice, again at second 3.2"
    ]
    again = [*PLAYED, entry("prompt_played", 3.2, items=["client:welcome"])]
    assert complaints(again, caller, []) == []


def test_prompts_that_are_heard_at_once() -> None:
    caller = prompts(Stretch("welcome", 1.0, 3.0), Stretch("menu", 2.0, 4.0))
    assert complaints(PLAYED, caller, []) == [
        "the prompts welcome and menu are heard at once, at second 2.0"
    ]
