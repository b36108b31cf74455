"""What one caller should have heard, held against what was heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ari_app.simulator.playing import Playing
from ari_app.simulator.recognition import Span
from tests.load.heard import SILENT

_KEY_SECONDS = 0.5
"""A prompt that ends so soon after a key was ended by it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Silence of so many seconds, and between what it was: ``prompt→music``."""

    kind: str
    seconds: float
    at: float


def family(span: Span) -> str:
    """Whether it is a prompt, music, a talk's voice or another sound."""
    if span.sound is None:
        return "talk" if span.kind == "tone" else span.kind
    return "prompt" if "/" in span.sound.names[0] else "music"


def gaps(
    spans: Sequence[Span], begin: float, end: float, turns: Sequence[tuple[float, float]]
) -> list[Gap]:
    """The silences between two things heard, without the times of the caller's own turn.

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
            found.append(Gap(f"{'key' if keys else before}→{kind}", until - start, start - begin))
        if span is not None:
            since, before = span.end, kind
    return found


def cut(
    heard: Sequence[Playing], spans: Sequence[Span], end: float, keys: Sequence[float]
) -> list[str]:
    """The prompts that ended early, though no key, no talk and no end of the call came then."""
    reasons = [*keys, end, *(span.begin for span in spans if family(span) == "talk")]
    return [
        f"{each.sound.names[0]} at {each.cut_at_seconds:.2f} s"
        for each in heard
        if "/" in each.sound.names[0]
        and each.cut_at_seconds is not None
        and not any(
            -0.1 < each.end - reason + _KEY_SECONDS < 2 * _KEY_SECONDS for reason in reasons
        )
    ]


def lost_and_twice(played: Sequence[str], heard: Sequence[Playing]) -> tuple[list[str], list[str]]:
    """The prompts of the journal that were not heard so often, and those heard too often."""
    told = Counter(name for name in map(file_of, played) if name)
    lost, twice = [], []
    for name, times in told.items():
        really = sum(each.sound.is_named(name) and each.is_from_the_start for each in heard)
        lost += [name] * max(0, times - really)
        twice += [name] * max(0, really - times)
    return lost, twice


def file_of(item: str) -> str:
    """The end of the file's name of an item of the journal; nothing for numbers and tones."""
    if item.startswith("standard:"):
        return f"/{item.removeprefix('standard:')}"
    return "" if ":" in item else f"/{item}"
