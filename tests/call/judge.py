"""What was wrong with what the parties of a call heard: entries and spans in, complaints out.

Pure. Moments are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ari_app.flow.entries import Entry
from ari_app.simulator.hearing import Span

SILENT_SECONDS = 3.0
"""Longer a caller whom the flow gives something is not left without sound."""
NO_PACKETS_SECONDS = 2.0
_CLOSE_SECONDS = 0.5
"""So far apart may be an entry and the sound that it tells of."""
_ENDS_A_PROMPT = ("digits_received", "talk_started", "queue_left", "resumed", "call_ended")


@dataclass(frozen=True)
class Stretch:
    """`what` was heard from `begin` to `end`: a person's voice, or a file of sound.

    `whole` says of a file that it was heard from its first packet to its last.
    """

    what: str
    begin: float
    end: float
    whole: bool = True


@dataclass(frozen=True)
class Party:
    """One leg, from when it was answered to when it ended. `is_silent`: it never says a word."""

    name: str
    begin: float
    end: float
    hears: Sequence[Span]
    says: Sequence[Span]
    voices: Sequence[Stretch] = ()
    prompts: Sequence[Stretch] = ()

    @property
    def is_silent(self) -> bool:
        """Its phone sends nothing by the test's own wish."""
        return all(span.kind == "nothing" for span in self.says)


@dataclass(frozen=True)
class Talk:
    """Between the caller and the party `name`: an agent's slug, or `number` for one outside."""

    name: str
    begin: float
    end: float


def complaints(
    entries: Sequence[Entry],
    caller: Party,
    others: Sequence[Party],
    *,
    silent_seconds: float = SILENT_SECONDS,
) -> list[str]:
    """All that was wrong, a sentence each; a story with an exception allows a longer silence."""
    no_packets = silent_seconds if silent_seconds > SILENT_SECONDS else NO_PACKETS_SECONDS
    talks = _talks(entries, caller.end)
    found: list[str] = []
    for party in (caller, *others):
        own = [talk for talk in talks if party is caller or talk.name == party.name]
        told = (
            _given_to_caller(entries, talks, caller, others)
            if party is caller
            else [(talk.begin, talk.end) for talk in own if not caller.is_silent]
        )
        found += _silences(party, told, silent_seconds)
        quiet = [talk for talk in own if _partner_is_silent(talk, party, caller, others)]
        found += _no_packets(party, quiet, no_packets)
        found += _wrong_voices(party, own, caller)
    return [*found, *_prompts(entries, caller)]


def _talks(entries: Sequence[Entry], end: float) -> list[Talk]:
    talks, open_talks = [], {}
    for entry in entries:
        if entry.kind == "talk_started":
            name = str(entry.data.get("agent") or "number")
            open_talks[entry.data["leg"]] = Talk(name, entry.at, end)
        elif entry.kind == "talk_ended" and entry.data["leg"] in open_talks:
            begun = open_talks.pop(entry.data["leg"])
            talks.append(Talk(begun.name, begun.begin, entry.at))
    return [*talks, *open_talks.values()]


def _given_to_caller(
    entries: Sequence[Entry], talks: Sequence[Talk], caller: Party, others: Sequence[Party]
) -> list[tuple[float, float]]:
    """When the flow gives the caller sound: while waiting, in talks, and when a prompt began."""
    given = [
        (talk.begin, talk.end)
        for talk in talks
        if not _partner_is_silent(talk, caller, caller, others)
    ]
    joined: float | None = None
    for entry, following in pairwise([*entries, Entry("end", caller.end)]):
        if entry.kind == "queue_joined":
            joined = entry.at
        elif entry.kind in ("queue_left", "talk_started") and joined is not None:
            given.append((joined, entry.at))
            joined = None
        elif entry.kind == "prompt_played":
            given.append((entry.at, min(following.at, entry.at + 2 * SILENT_SECONDS)))
    if joined is not None:
        given.append((joined, caller.end))
    return _united(given)


def _united(times: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    united: list[tuple[float, float]] = []
    for begin, end in sorted(times):
        if united and begin <= united[-1][1] + _CLOSE_SECONDS:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((begin, end))
    return united


def _partner_is_silent(talk: Talk, party: Party, caller: Party, others: Sequence[Party]) -> bool:
    if party is not caller:
        return caller.is_silent
    partner = next((each for each in others if each.name == talk.name), None)
    return partner is not None and partner.is_silent


def _silences(party: Party, given: Sequence[tuple[float, float]], allowed: float) -> Iterator[str]:
    for begin, end in given:
        for quiet in _without_sound(party.hears, max(begin, party.begin), min(end, party.end)):
            if quiet[1] - quiet[0] > allowed:
                yield (
                    f"{party.name} hears nothing for {quiet[1] - quiet[0]:.1f} s, from second "
                    f"{quiet[0] - party.begin:.1f} on"
                )


def _without_sound(spans: Sequence[Span], begin: float, end: float) -> list[tuple[float, float]]:
    quiet: list[tuple[float, float]] = []
    for span in spans:
        start, stop = max(span.begin, begin), min(span.end, end)
        if span.kind == "sound" or start >= stop:
            continue
        if quiet and start - quiet[-1][1] < 1e-6:
            quiet[-1] = (quiet[-1][0], stop)
        else:
            quiet.append((start, stop))
    return quiet


def _no_packets(party: Party, quiet: Sequence[Talk], allowed: float) -> Iterator[str]:
    """A packet every 20 ms keeps the line alive; carriers hang up on who sends none."""
    for span in party.hears:
        excused = any(talk.begin - 1 <= span.begin and span.end <= talk.end + 1 for talk in quiet)
        if span.kind == "nothing" and span.seconds > allowed and not excused:
            yield _told(party.name, "gets", span, party.begin)
    for span in () if party.is_silent else party.says:
        if span.kind == "nothing" and span.seconds > NO_PACKETS_SECONDS:
            yield _told(party.name, "sends", span, party.begin)


def _told(name: str, does: str, span: Span, begin: float) -> str:
    at = span.begin - begin
    return f"{name} {does} no packets for {span.seconds:.1f} s, from second {at:.1f} on"


def _wrong_voices(party: Party, talks: Sequence[Talk], caller: Party) -> Iterator[str]:
    """Whoever is heard is in a talk with the party at that time."""
    for voice in party.voices:
        in_talk = any(
            talk.begin - _CLOSE_SECONDS <= voice.begin
            and voice.end <= talk.end + _CLOSE_SECONDS
            and voice.what == (talk.name if party is caller else caller.name)
            for talk in talks
        )
        if not in_talk:
            seconds = voice.end - voice.begin
            at = voice.begin - party.begin
            yield f"{party.name} hears {voice.what} for {seconds:.1f} s at second {at:.1f}"


def _prompts(entries: Sequence[Entry], caller: Party) -> Iterator[str]:
    """A prompt is heard whole and once, or something ends it: a key, a leg, a hang-up."""
    reasons = [entry.at for entry in entries if entry.kind in _ENDS_A_PROMPT]
    asked = [entry.at for entry in entries if entry.kind == "prompt_played"]
    for prompt in caller.prompts:
        ended = [*reasons, caller.end]
        if not prompt.whole and not any(abs(at - prompt.end) < 2 * _CLOSE_SECONDS for at in ended):
            at = prompt.end - caller.begin
            yield f"the prompt {prompt.what} is cut off at second {at:.1f}, and nobody asked for it"
    for one, other in pairwise(sorted(caller.prompts, key=lambda each: each.begin)):
        at = other.begin - caller.begin
        if other.begin < one.end - 0.05:
            yield f"the prompts {one.what} and {other.what} are heard at once, at second {at:.1f}"
        elif one.what == other.what and not any(
            one.end - _CLOSE_SECONDS < moment <= other.begin + _CLOSE_SECONDS for moment in asked
        ):
            yield f"the prompt {one.what} is heard twice, again at second {at:.1f}"
