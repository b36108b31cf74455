"""What counts as silence, as lost, cut or twice: judged from what was heard, without a house."""

from __future__ import annotations

import pytest

from ari_app.simulator.known_sounds import KnownSound
from ari_app.simulator.recognition import Kind, Span
from tests.load.judgement import Judgement, Party, judge

SIZE = 8000
WELCOME = KnownSound(("tour/mn/welcome",), 0, SIZE)
BYE = KnownSound(("tour/mn/goodbye", "tour/en/goodbye"), SIZE, SIZE)
MUSIC = KnownSound(("calm",), 2 * SIZE, 60 * SIZE)


def plays(sound: KnownSound, begin: float, seconds: float = 1.0, first: int = 0) -> Span:
    samples = int(seconds * 8000)
    return Span("file", begin, begin + seconds, sound=sound, first=first, last=first + samples)


def spans(kind: Kind, begin: float, end: float, hertz: float = 0.0) -> Span:
    return Span(kind, begin, end, hertz=hertz)


def judged(*heard: Span, end: float = 10.0, **more: object) -> Judgement:
    return judge(Party("somebody", heard, 0.0, end, **more))  # type: ignore[arg-type]


def told(judgement: Judgement) -> list[tuple[str, float]]:
    return [(gap.kind, round(gap.seconds, 2)) for gap in judgement.gaps]


def test_each_silence_is_told_by_what_lay_around_it() -> None:
    heard = [
        plays(WELCOME, 0.2),
        spans("silence", 1.2, 1.5),
        plays(MUSIC, 1.5, 2.0),
        spans("nothing", 3.5, 4.0),
        spans("tone", 4.0, 9.0, 650),
    ]
    assert told(judged(*heard)) == [
        ("answer→prompt", 0.2),
        ("prompt→music", 0.3),
        ("music→talk", 0.5),
        ("talk→end", 1.0),
    ]


def test_silence_after_silence_is_one_silence() -> None:
    heard = [plays(WELCOME, 0.0), spans("silence", 1.0, 3.0), spans("nothing", 3.0, 5.0)]
    assert told(judged(*heard, plays(BYE, 5.0), end=6.0)) == [("prompt→prompt", 4.0)]


def test_who_hears_nothing_at_all_has_one_silence_from_answer_to_end() -> None:
    assert told(judged()) == [("answer→end", 10.0)]
    assert told(judged(spans("silence", 0.0, 10.0))) == [("answer→end", 10.0)]


def test_the_callers_own_turn_is_no_silence_but_what_comes_after_it_is() -> None:
    heard = [plays(WELCOME, 0.0), plays(BYE, 5.4)]
    assert told(judged(*heard, turns=[(1.0, 5.0)], end=6.4)) == [("key→prompt", 0.4)]


def test_sound_before_the_answer_was_noticed_is_no_silence() -> None:
    assert told(judged(plays(WELCOME, -0.1), end=0.9)) == []


def test_a_prompt_of_the_journal_that_nobody_heard_is_lost() -> None:
    judgement = judged(plays(WELCOME, 0.0), told=["welcome", "goodbye"])
    assert (judgement.lost, judgement.twice, judgement.cut) == (["/goodbye"], [], [])


def test_a_prompt_that_is_in_no_journal_though_the_flow_gives_it_is_lost_once() -> None:
    assert judged(plays(WELCOME, 0.0), given=["welcome", "goodbye"]).lost == ["/goodbye"]
    both = judged(plays(WELCOME, 0.0), told=["goodbye"], given=["welcome", "goodbye"])
    assert both.lost == ["/goodbye"]


def test_a_prompt_heard_from_its_middle_alone_is_lost() -> None:
    assert judged(plays(WELCOME, 0.0, 0.5, first=4000), told=["welcome"]).lost == ["/welcome"]


def test_a_prompt_heard_once_more_than_it_was_played_is_heard_twice() -> None:
    judgement = judged(plays(WELCOME, 0.0), plays(WELCOME, 1.0), told=["welcome"])
    assert (judgement.lost, judgement.twice) == ([], ["/welcome"])
    assert judged(plays(WELCOME, 0.0), plays(WELCOME, 1.0), told=["welcome"] * 2).twice == []


def test_numbers_and_tones_of_the_journal_are_no_prompts() -> None:
    assert judged(told=["number:7", "tone:beep"]).lost == []
    assert judged(told=["standard:queue/busy"]).lost == ["/queue/busy"]


@pytest.mark.parametrize(
    ("more", "cut"),
    [
        ({}, ["tour/mn/welcome at 0.60 s"]),
        ({"keys_at": [0.5]}, []),
        ({"keys_at": [0.0]}, ["tour/mn/welcome at 0.60 s"]),
        ({"keys_at": [0.9]}, ["tour/mn/welcome at 0.60 s"]),
        ({"end": 0.7}, []),
    ],
    ids=["no reason", "a key", "a key long before", "a key afterwards", "the end"],
)
def test_a_prompt_that_ends_early_without_a_reason_is_cut(
    more: dict[str, object], cut: list[str]
) -> None:
    assert judged(plays(WELCOME, 0.0, 0.6), **more).cut == cut  # type: ignore[arg-type]


def test_a_prompt_that_an_agent_ends_and_music_that_stops_are_not_cut() -> None:
    talk = spans("tone", 0.7, 3.0, 650)
    assert judged(plays(WELCOME, 0.0, 0.6), talk).cut == []
    assert judged(plays(MUSIC, 0.0, 2.0)).cut == []


def test_missing_packets_are_counted_wherever_they_are_missing() -> None:
    heard = [Span("tone", 0.0, 1.0, missing=2), Span("nothing", 1.0, 2.0, missing=3)]
    assert judged(*heard).missing == 5
