"""The invariant notices each way in which a call can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ari_app.simulator.g711 import PCMA
from ari_app.simulator.known_sounds import KnownSounds
from tests.fault.evidence import Evidence, Talk
from tests.fault.faults import FAULTS
from tests.fault.guests import Guest
from tests.fault.invariant import NONE, SILENCE_SECONDS, Allowance, Silence, violations
from tests.load.callers import CallerCall
from tests.load.heard import Heard
from tests.load.sound import voice

CALLER, CALL, RECORDING = "97655001122", "01a202a8-0000-7000-8000-000000000000", "rec-1"
UNTIL = 130.0


def _guest(**facts: Any) -> Guest:
    call = {"caller": CALLER, "answered_at": 100.0, "ended_at": 110.0, "status": 200, **facts}
    heard = Heard(KnownSounds({}))
    for number in range(500):
        heard.take(100 + number / 50, number, 1, PCMA, voice(400))
    return Guest("talking", cast("CallerCall", SimpleNamespace(**call)), heard)


def _row(**facts: Any) -> Any:
    return SimpleNamespace(**{"id": CALL, "outcome": "answered", "callback_id": None, **facts})


GOOD = Evidence(
    calls={CALLER: [_row()]},
    linked_ids={CALLER: {"duudlaga-1.1"}},
    ends={CALL: 1},
    talks={CALL: [Talk(RECORDING, 8.0)]},
    recordings={RECORDING: SimpleNamespace(id=RECORDING, state="stored", seconds=7.9)},
    callbacks=set(),
    files={RECORDING},
    their_turn={},
    left=set(),
)

Change = Callable[[Evidence], Evidence]
WRONG: dict[str, tuple[Change, str]] = {
    "unlogged": (lambda good: replace(good, calls={}), "unlogged"),
    "twice on record": (lambda good: replace(good, calls={CALLER: [_row()] * 2}), "2 rows"),
    "two linked ids": (lambda good: replace(good, linked_ids={CALLER: {"a", "b"}}), "2 linked"),
    "unknown to Asterisk": (lambda good: replace(good, linked_ids={}), "does not know"),
    "without an outcome": (
        lambda good: replace(good, calls={CALLER: [_row(outcome=None)]}),
        "lost",
    ),
    "ended twice": (lambda good: replace(good, ends={CALL: 2}), "ended 2 times"),
    "missed, no callback": (
        lambda good: replace(good, calls={CALLER: [_row(outcome="abandoned", callback_id="x")]}),
        "no callback",
    ),
    "channel left": (lambda good: replace(good, left={CALL}), "left a channel"),
    "no recording": (lambda good: replace(good, recordings={}), "no recording"),
    "recording not stored": (
        lambda good: replace(
            good, recordings={RECORDING: SimpleNamespace(id=RECORDING, state="expected")}
        ),
        "only expected",
    ),
    "answered by nobody": (
        lambda good: replace(good, talks={CALL: [Talk(RECORDING, 0.1)]}, files=set()),
        "nothing shows that anybody talked",
    ),
    "no file": (lambda good: replace(good, files=set()), "no file"),
    "half a recording": (
        lambda good: replace(
            good, recordings={RECORDING: SimpleNamespace(id=RECORDING, state="stored", seconds=4.0)}
        ),
        "4.0 s of a talk of 8.0 s",
    ),
}


def test_a_call_that_went_well_is_no_violation() -> None:
    assert violations([_guest()], GOOD, UNTIL) == []


@pytest.mark.parametrize(("change", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_on_record_is_said(change: Change, words: str) -> None:
    found = violations([_guest()], change(GOOD), UNTIL)
    assert any(words in violation for violation in found)
    assert all(CALLER in violation for violation in found)


def test_a_caller_who_hears_nothing_for_too_long_is_a_violation() -> None:
    (violation,) = violations([_guest(ended_at=125.0)], GOOD, UNTIL)
    assert "heard nothing for 15.0 s" in violation


def test_a_caller_may_hear_nothing_for_three_seconds_and_for_longer_if_the_fault_excuses_it() -> (
    None
):
    assert violations([_guest(ended_at=112.9)], GOOD, UNTIL) == []
    (violation,) = violations([_guest(ended_at=113.2)], GOOD, UNTIL)
    assert "heard nothing for 3.2 s" in violation
    excused = Allowance(silence=Silence(6.0, "nobody is there"))
    assert violations([_guest(ended_at=113.2)], GOOD, UNTIL, excused) == []
    assert violations([_guest(ended_at=116.2)], GOOD, UNTIL, excused) != []


def test_each_fault_that_excuses_a_longer_silence_says_why() -> None:
    for fault in FAULTS:
        silence = fault.allowed.silence
        assert bool(silence.because) == (silence.seconds > SILENCE_SECONDS), fault.name


def test_a_caller_who_is_turned_away_is_a_violation_unless_nobody_is_there() -> None:
    refused = _guest(answered_at=None, status=503)
    nothing = replace(GOOD, calls={}, linked_ids={})
    (violation,) = violations([refused], nothing, UNTIL)
    assert "503" in violation
    assert violations([refused], nothing, UNTIL, Allowance(refusals=True)) == []


def test_a_call_that_asterisk_saw_counts_even_if_it_was_never_answered() -> None:
    unanswered = _guest(answered_at=None, status=487)
    unanswered.left_at = 105.0
    (violation,) = violations([unanswered], replace(GOOD, calls={}), UNTIL, NONE)
    assert "unlogged" in violation
