"""Listens to every call of a test, by what the ear wrote down, and says what was wrong with it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from ari_app.flow.entries import Entry
from ari_app.media.sound import Sound
from ari_app.settings import Settings
from ari_app.simulator.ear import WRITE_SECONDS
from ari_app.simulator.hearing import spans
from ari_app.simulator.known_sounds import KnownSounds
from ari_app.simulator.leg_file import Leg, Packet, read_leg
from ari_app.simulator.recognition import Span as Recognised
from ari_app.simulator.recognition import recognise
from tests.call.judge import SILENT_SECONDS, Party, Stretch, complaints

VOICES = {"caller": 1150.0, "number": 1550.0, "bold": 650.0, "saraa": 750.0, "tuya": 850.0}
"""What everybody speaks with, in hertz: far from a ringing tone's 425 and a beep's 440."""
_SAME_HERTZ = 10.0
_WORD_SECONDS = 0.3
"""Shorter tones occur in speech and music."""
_TOGETHER_SECONDS = 3.0
"""So far apart are an INVITE and the entry that tells of it, on a busy machine."""
_BEGUN_BLOCKS = 3
"""A file that follows another begins within a packet; one that begins softly is told so late."""
_CUT_BLOCKS = 10
"""A prompt that ends so few packets before its end was heard to its end."""


def give_voices(settings: Settings) -> None:
    """Let every party of this copy speak a tone of its own, in place of a voice."""
    settings.voices.mkdir(parents=True, exist_ok=True)
    for name, hertz in VOICES.items():
        Sound.tones((hertz, 10.0)).write(settings.voices / f"{name}.wav", mark="voice")


@contextmanager
def listened(settings: Settings, test: pytest.Item) -> Iterator[None]:
    """Fail the test in whose calls somebody heard what they should not, or nothing.

    A test whose story has an exception names it: ``@pytest.mark.silence(seconds, "why")``.
    """
    since = time.time()
    yield
    exception = test.get_closest_marker("silence")
    wrong = listen(settings, since, exception.args[0] if exception else SILENT_SECONDS)
    assert wrong == [], "\n".join(wrong)


@dataclass(frozen=True)
class _Call:
    id: str
    entries: list[Entry]

    @property
    def caller(self) -> str:
        return str(self.entries[0].data.get("caller_raw", ""))

    @property
    def at(self) -> float:
        return self.entries[0].at


def listen(settings: Settings, since: float, silent_seconds: float = SILENT_SECONDS) -> list[str]:
    """What was wrong with what was heard in the calls since then, in Unix seconds."""
    time.sleep(3 * WRITE_SECONDS)
    files = [file for file in settings.heard.glob("*.leg") if file.stat().st_mtime >= since]
    legs = [leg for leg in map(read_leg, files) if leg.sip and leg.began_at >= since]
    calls = _calls(settings, since)
    known = _known(settings.home)
    found = []
    for leg in legs:
        call = _call_of(leg, calls)
        if not leg.is_from_outside or leg.answered_at is None or call is None:
            continue
        caller = _party("caller", leg, known)
        others = [
            _party(name, other, known)
            for name, other in _others(call.entries, legs)
            if other.answered_at is not None
        ]
        wrong = complaints(call.entries, caller, others, silent_seconds=silent_seconds)
        found += [f"call {call.id} of {leg.caller}: {sentence}" for sentence in wrong]
    return found


def _calls(settings: Settings, since: float) -> list[_Call]:
    with closing(sqlite3.connect(settings.journal)) as journal:
        rows = journal.execute(
            "SELECT call, kind, at, data FROM entries WHERE at >= ? ORDER BY at, seq", (since,)
        ).fetchall()
    calls: dict[str, list[Entry]] = {}
    for call, kind, at, data in rows:
        if call in calls or kind == "call_offered":
            calls.setdefault(call, []).append(Entry(kind, at, json.loads(data)))
    return [_Call(call, entries) for call, entries in calls.items()]


def _call_of(leg: Leg, calls: Sequence[_Call]) -> _Call | None:
    near = [
        call
        for call in calls
        if call.caller == leg.caller and abs(call.at - leg.began_at) < _TOGETHER_SECONDS
    ]
    return min(near, key=lambda call: abs(call.at - leg.began_at), default=None)


def _others(entries: Sequence[Entry], legs: Sequence[Leg]) -> list[tuple[str, Leg]]:
    """The legs that the house rang for this call, by the agent's slug; else `number`."""
    found = []
    for entry in entries:
        if entry.kind not in ("agent_ringing", "number_ringing"):
            continue
        called = str(entry.data.get("agent") or entry.data.get("number"))
        near = [
            leg
            for leg in legs
            if not leg.is_from_outside
            and leg.callee.lstrip("+") == called.lstrip("+")
            and abs(leg.began_at - entry.at) < _TOGETHER_SECONDS
        ]
        if near:
            name = str(entry.data.get("agent") or "number")
            found.append((name, min(near, key=lambda leg: abs(leg.began_at - entry.at))))
    return found


def _party(name: str, leg: Leg, known: KnownSounds) -> Party:
    assert leg.answered_at is not None
    last = [packets[-1].at for packets in (leg.hears, leg.says) if packets]
    end = leg.ended_at or max([leg.answered_at, *last])
    during: list[Packet] = [each for each in leg.hears if leg.answered_at <= each.at < end]
    heard = recognise(during, known)
    return Party(
        name=name,
        begin=leg.answered_at,
        end=end,
        hears=spans(leg.hears, leg.answered_at, end),
        says=spans(leg.says, leg.answered_at, end),
        voices=[
            Stretch(voice, span.begin, span.end)
            for span in heard
            if span.seconds >= _WORD_SECONDS and (voice := _voice(span)) is not None
        ],
        prompts=[
            Stretch(span.name, span.begin, span.end, whole=_is_whole(span))
            for span in heard
            if span.sound is not None
        ],
    )


def _voice(span: Recognised) -> str | None:
    """Whose it is, if anybody's."""
    near = [name for name, hertz in VOICES.items() if abs(span.hertz - hertz) < _SAME_HERTZ]
    return near[0] if near and span.kind == "tone" else None


def _is_whole(span: Recognised) -> bool:
    assert span.sound is not None
    return span.first <= _BEGUN_BLOCKS * 160 and span.last >= span.sound.size - _CUT_BLOCKS * 160


@cache
def _known(home: Path) -> KnownSounds:
    """The prompts of this house. Music is none: it begins and ends anywhere."""
    settings = Settings.load(home=home)
    return KnownSounds.below(settings.standard_prompts, settings.client_prompts)
