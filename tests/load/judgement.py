"""What one party should have heard, held against what was heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ari_app.simulator.playing import Playing, playings
from ari_app.simulator.recognition import Span
from tests.load.heard import SILENT

_KEY_SECONDS = 0.5
"""A prompt that ends so soon after a key, or about a talk or the end, was ended by it."""
_EARLY_SECONDS = 0.1
"""So much before its key a prompt may end: the sound has the kernel's stamps, the key ours."""


@dataclass(frozen=True, slots=True)
class Party:
    """One party of one call, from ``begin`` (the answer) to ``end``, in monotonic seconds.

    ``turns`` are the (from, to) in which it was the party's own turn to press or to speak, and
    ``keys_at`` when it pressed. ``told`` are the items that the journal says were played, and
    ``given`` the prompts that the flow gives in any case.
    """

    who: str
    spans: Sequence[Span]
    begin: float
    end: float
    turns: Sequence[tuple[float, float]] = ()
    keys_at: Sequence[float] = ()
    told: Sequence[str] = ()
    given: Sequence[str] = ()
    is_agent: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Silence of so many seconds ``at`` a moment, and between what it was: ``prompt→music``."""

    kind: str
    seconds: float
    at: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """Names of prompts, each as often as it happened; ``missing`` counts packets."""

    gaps: Sequence[Gap]
    lost: Sequence[str]
    twice: Sequence[str]
    cut: Sequence[str]
    missing: int


def judge(party: Party) -> Judgement:
    """What was wrong with what this party heard."""
    heard = playings(party.spans)
    lost, twice = lost_and_twice(party.told, heard)
    lost += [name for name in never_heard(party.given, heard) if name not in lost]
    return Judgement(
        gaps(party.spans, party.begin, party.end, party.turns),
        lost,
        twice,
        cut(heard, party.spans, party.end, party.keys_at),
        sum(span.missing for span in party.spans),
    )


def family(span: Span) -> str:
    """Whether it is a prompt, music, a talk's voice or another sound."""
    if span.sound is None:
        return "talk" if span.kind == "tone" else span.kind
    return "prompt" if "/" in span.sound.names[0] else "music"


def gaps(
    spans: Sequence[Span], begin: float, end: float, turns: Sequence[tuple[float, float]]
) -> list[Gap]:
    """The silences between two things heard, without the times of the party's own turn.

    ``begin`` is the answer and ``end`` the end of the call.
    """
    found, since, before = [], begin, "answer"
    for span in [*spans, None]:
        if span is not None and span.kind in SILENT:
            continue
        until, kind = (end, "end") if span is None else (span.begin, family(span))
        keys = [turn for turn in turns if turn[0] < until and turn[1] > since]
        start = max([since, *(turn[1] for turn in keys)])
        if until > start:
            found.append(Gap(f"{'key' if keys else before}→{kind}", until - start, start))
        if span is not None:
            since, before = span.end, kind
    return found


def cut(
    heard: Sequence[Playing], spans: Sequence[Span], end: float, keys: Sequence[float]
) -> list[str]:
    """The prompts that ended early, though no key, no talk and no end of the call came then."""
    talks = [span.begin for span in spans if family(span) == "talk"]
    return [
        f"{each.sound.names[0]} at {each.cut_at_seconds:.2f} s"
        for each in heard
        if "/" in each.sound.names[0]
        and each.cut_at_seconds is not None
        and not any(-_EARLY_SECONDS <= each.end - key <= _KEY_SECONDS for key in keys)
        and not any(abs(each.end - reason) <= _KEY_SECONDS for reason in [*talks, end])
    ]


def lost_and_twice(told: Sequence[str], heard: Sequence[Playing]) -> tuple[list[str], list[str]]:
    """The prompts of the journal that were not heard so often, and those heard too often."""
    lost, twice = [], []
    for name, times in Counter(name for name in map(file_of, told) if name).items():
        really = _times(name, heard)
        lost += [name] * max(0, times - really)
        twice += [name] * max(0, really - times)
    return lost, twice


def never_heard(given: Sequence[str], heard: Sequence[Playing]) -> list[str]:
    """The prompts that were not heard at all, whatever the journal says."""
    return [name for name in map(file_of, given) if not _times(name, heard)]


def _times(name: str, heard: Sequence[Playing]) -> int:
    return sum(each.sound.is_named(name) and each.is_from_the_start for each in heard)


def file_of(item: str) -> str:
    """The end of the file's name of an item of the journal; nothing for numbers and tones."""
    if item.startswith("standard:"):
        return f"/{item.removeprefix('standard:')}"
    return "" if ":" in item else f"/{item}"
