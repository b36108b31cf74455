"""The one thing that holds after every fault, whatever it was.

Calls placed = Asterisk's linked ids = calls in our history, each with exactly one outcome; no
caller without sound for longer than the limit; every talk recorded; nothing left in Asterisk; a
callback for every call that was missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ari_app.flow.outcome import MISSED
from ari_app.telephony.lease import LENGTH_SECONDS, SPREAD_SECONDS
from tests.fault.clients import MENU_SECONDS
from tests.fault.evidence import Evidence, Talk
from tests.fault.guests import Guest

SILENCE_SECONDS = 3.0
"""What a caller hears nothing for at most, as in ordinary operation; a menu is silent for 2 s."""

SHORTEST_TALK_SECONDS = 1.0
"""A talk as short as that may have ended before a recording began."""

LOST_OF_RECORDING_SECONDS = 2.5
LOST_OF_RECORDING_SHARE = 0.25
"""What of a talk may be missing in its recording: at its ends, which two clocks tell and a crash
cuts, and where a busy machine did not get to send or take packets."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a caller may hear nothing, in seconds, and why longer than usual."""

    seconds: float
    because: str


USUAL = Silence(SILENCE_SECONDS, "")
UNTIL_THE_NEXT_CONTROLLER = Silence(
    MENU_SECONDS + 4.5,
    "nobody leads the call until the next controller has begun; a menu may have been silent before",
)
UNTIL_THE_FALLBACK = Silence(
    LENGTH_SECONDS + SPREAD_SECONDS + MENU_SECONDS + 1.5,
    "nobody leads the call until its lease is over and the fallback, or the last step, has begun; "
    "a menu may have been silent before",
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a fault takes away by itself. ``refusals``: nobody is there to take a call;
    ``witness``: lines of Asterisk's account are destroyed; ``silence``: what callers may hear
    nothing for; ``recordings``: there is no disk to record on. ``cut_seconds``: so much of a talk
    that goes on when Asterisk dies is not in its recording.
    """

    refusals: bool = False
    witness: bool = False
    silence: Silence = USUAL
    recordings: bool = False
    cut_seconds: float = 0.0


NONE = Allowance()
CONTROLLER_DIES = Allowance(silence=UNTIL_THE_NEXT_CONTROLLER)
NOBODY_LEADS = Allowance(silence=UNTIL_THE_FALLBACK)
ASTERISK_DIES = Allowance(
    refusals=True,
    silence=Silence(15.0, "Asterisk is dead: until it runs again callers hear nothing, or hang up"),
    cut_seconds=4.5,
)
"""Asterisk 22.10.1 writes sound in pieces of 32 KiB, a third of a second; and the talk counts until
the death is noticed."""

_PENDING = (
    "unlogged",
    "lost",
    "has no callback",
    "has left",
    "is only",
    "nothing shows",
    "does not know it",
    "be asked",
)


def may_heal(violation: str) -> bool:
    """Whether time can still mend it: what is not on record yet may be so in a moment."""
    return any(words in violation for words in _PENDING)


def violations(
    guests: Sequence[Guest], evidence: Evidence, until: float, allowed: Allowance = NONE
) -> list[str]:
    """Return every violation, as a sentence; ``until`` is when the drill ended, monotonic."""
    found: list[str] = []
    for guest in guests:
        who = f"caller {guest.caller} ({guest.place})"
        found += (f"{who} {what}" for what in _of_guest(guest, evidence, until, allowed))
    return found


def silence_of(guest: Guest, evidence: Evidence, until: float) -> float:
    """The longest time without sound, in seconds, until it was the caller's turn to speak."""
    return guest.silence(min(until, evidence.their_turn.get(guest.caller, until)))


def _of_guest(guest: Guest, evidence: Evidence, until: float, allowed: Allowance) -> Iterator[str]:
    rows = evidence.calls.get(guest.caller, [])
    linked = evidence.linked_ids.get(guest.caller, set())
    if guest.refused and not allowed.refusals:
        yield f"was refused with {guest.call.status}"
    if guest.reached and not linked and not allowed.witness:
        yield "was answered, and Asterisk's account does not know it"
    if len(linked) > 1 and not allowed.refusals:
        yield f"has {len(linked)} linked ids"
    if (guest.reached or linked) and not rows:
        yield "has no row in calls: unlogged"
    elif len(rows) != 1 and len(rows) != len(linked):
        yield f"has {len(rows)} rows in calls"
    for row in rows:
        yield from _of_call(row, evidence, allowed)
    silence = silence_of(guest, evidence, until)
    if silence > allowed.silence.seconds:
        yield f"heard nothing for {silence:.1f} s"


def _of_call(row: Any, evidence: Evidence, allowed: Allowance) -> Iterator[str]:
    call = str(row.id)
    if row.outcome is None:
        yield f"call {call} has no outcome: lost"
    if (ends := evidence.ends.get(call, 0)) > 1:
        yield f"call {call} ended {ends} times in the journal"
    owed = row.outcome in MISSED or row.outcome == "callback"
    if owed and str(row.callback_id) not in evidence.callbacks:
        yield f"call {call} is {row.outcome} and has no callback"
    if call in evidence.left:
        yield f"call {call} has left a channel or a bridge in Asterisk"
    talks = evidence.talks.get(call, [])
    if allowed.recordings:
        return
    for talk in talks:
        yield from _of_talk(call, talk, evidence, allowed.cut_seconds)
    if row.outcome == "answered" and not any(talk.recording in evidence.files for talk in talks):
        yield f"call {call} counts as answered, and nothing shows that anybody talked"


def _of_talk(call: str, talk: Talk, evidence: Evidence, cut_seconds: float) -> Iterator[str]:
    row = evidence.recordings.get(talk.recording)
    if row is None:
        yield f"call {call} talked, and no recording {talk.recording} was expected"
    elif talk.seconds <= SHORTEST_TALK_SECONDS + cut_seconds and row.id not in evidence.files:
        return
    elif row.state not in ("stored", "verified"):
        yield f"call {call}: recording {row.id} is only {row.state}"
    elif row.id not in evidence.files:
        yield f"call {call}: recording {row.id} of {talk.seconds:.1f} s has no file"
    elif (row.seconds or 0.0) < min(
        talk.seconds - LOST_OF_RECORDING_SECONDS - cut_seconds,
        talk.seconds * (1 - LOST_OF_RECORDING_SHARE) - cut_seconds,
    ):
        yield (
            f"call {call}: recording {row.id} has {row.seconds or 0:.1f} s"
            f" of a talk of {talk.seconds:.1f} s"
        )
