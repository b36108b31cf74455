"""Mixed calls of all node types with an ear on every caller.

    python -m tests.load.heard_calls --calls 10000 --rates 1,20,50

Ends with status 1 when a goal is missed: no silence over 3 s, no prompt lost, cut or heard twice.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from time import monotonic

from ari_app.commands.live_state import live_state
from ari_app.simulator.known_sounds import KnownSounds
from ari_app.simulator.playing import playings
from ari_app.store.database import connect
from ari_app.store.roles import WRITER
from tests.load import judgement, tour
from tests.load.callers import Callers
from tests.load.house import House, known_sounds
from tests.load.listening import Listener
from tests.load.machine import load
from tests.load.phones import AgentPhones
from tests.load.ring import Manner

SILENCE_SECONDS = 3.0
GOAL_SECONDS = 0.5
AGENT_HERTZ, TALK_SECONDS = 650, 3.0
PROGRESS_SECONDS = 5.0
SHIPPED_SECONDS = 60.0


@dataclass
class Tally:
    """What all callers of one rate heard. ``examples`` has some of each that was wrong."""

    rate: float
    calls: int = 0
    failed: list[str] = field(default_factory=list)
    longest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    over_goal: Counter[str] = field(default_factory=Counter)
    silences: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    missing: int = 0
    packets: int = 0
    late_seconds: float = 0.0
    load: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether the goals are met; the half second is a goal on a machine that is free."""
        return not (self.failed or self.silences or self.lost or self.cut or self.twice)

    def lines(self) -> list[str]:
        """For a person to read."""
        worst = sorted(self.longest.items(), key=lambda each: -each[1])
        return [
            f"{self.calls} calls at {self.rate:g} a second",
            f"packets: {self.packets} came, {self.missing} are missing",
            f"generator: up to {self.late_seconds * 1000:.0f} ms late; load: {self.load:.1f}",
            f"silences over {SILENCE_SECONDS:g} s: {len(self.silences)} {self.silences[:5]}",
            f"prompts lost: {len(self.lost)} {self.lost[:5]}",
            f"prompts cut: {len(self.cut)} {self.cut[:5]}",
            f"prompts heard twice: {len(self.twice)} {self.twice[:5]}",
            f"calls that went otherwise: {len(self.failed)} {self.failed[:5]}",
            "longest silence: "
            + ", ".join(f"{kind} {s:.2f} s ({self.over_goal[kind]})" for kind, s in worst),
            f"(in brackets: how many were over {GOAL_SECONDS:g} s)",
        ]


async def run(house: House, calls: int, rate: float, first_caller: int = 0) -> Tally:
    """Place the calls and judge each; the house has the tour's documents."""
    sounds = await asyncio.to_thread(known_sounds, house.settings)
    callers = await Callers.open("127.0.0.3", house.sip)
    manner = Manner(ring_seconds=0.3, talk_seconds=TALK_SECONDS, speaks=True)
    phones = await AgentPhones.open("127.0.0.4", house.sip, manner, AGENT_HERTZ)
    tally = Tally(rate, calls)
    try:
        await _register(house, phones)
        listeners = await _place(callers, sounds, tally, first_caller)
        tally.packets, tally.late_seconds = callers.sound.packets, callers.sound.worst_delay_seconds
    finally:
        await phones.close()
        callers.close()
    tally.load = load()
    played = await _journal(house, [listener.call.caller for _, listener in listeners])
    for walk, listener in listeners:
        _judge(tally, walk, listener, played.get(listener.call.caller, []))
    return tally


async def _register(house: House, phones: AgentPhones) -> None:
    agents = [*tour.DESK, *tour.RESTING]
    await phones.register(await asyncio.to_thread(house.passwords, agents))
    await asyncio.to_thread(house.await_phones, agents)
    with live_state(house.settings) as live:
        for agent in tour.RESTING:
            live.tell("pause", {"agent": agent, "reason": "lunch"})
    await asyncio.sleep(1)


async def _place(
    callers: Callers, sounds: KnownSounds, tally: Tally, first_caller: int
) -> list[tuple[tour.Walk, Listener]]:
    chance = random.Random(7)  # noqa: S311 - the same order every time
    order = chance.choices(tour.WALKS, [walk.share for walk in tour.WALKS], k=tally.calls)
    order[: len(tour.WALKS)] = tour.WALKS[: tally.calls]
    listeners: list[tuple[tour.Walk, Listener]] = []
    start, told = monotonic(), monotonic()
    async with asyncio.TaskGroup() as playing:
        for place, walk in enumerate(order):
            await asyncio.sleep(max(0.0, start + place / tally.rate - monotonic()))
            call = callers.call(walk.number, f"9768{first_caller + place:07d}")
            listener = Listener(callers, call, sounds)
            listeners.append((walk, listener))
            playing.create_task(_walk(tally, walk, listener))
            if monotonic() - told > PROGRESS_SECONDS:
                told = monotonic()
                sys.stderr.write(f"{place + 1} of {tally.calls} calls\n")
    return listeners


async def _walk(tally: Tally, walk: tour.Walk, listener: Listener) -> None:
    try:
        await listener.answered()
        await walk.conduct(listener)
    except TimeoutError:
        tally.failed.append(f"{walk.name} of {listener.call.caller}: {listener.call.status}")
        await listener.call.hang_up()
    finally:
        listener.stop()


def _judge(tally: Tally, walk: tour.Walk, listener: Listener, played: list[str]) -> None:
    call, spans = listener.call, listener.heard.spans
    if call.answered_at is None or call.ended_at is None:
        tally.failed.append(f"{walk.name} of {call.caller} was not answered, or did not end")
        return
    who = f"{walk.name}/{call.caller}"
    tally.missing += sum(span.missing for span in spans)
    for gap in judgement.gaps(spans, call.answered_at, call.ended_at, listener.turns):
        tally.longest[gap.kind] = max(tally.longest[gap.kind], gap.seconds)
        tally.over_goal[gap.kind] += gap.seconds > GOAL_SECONDS
        if gap.seconds > SILENCE_SECONDS:
            tally.silences.append(f"{who} {gap.kind} {gap.seconds:.1f} s at {gap.at:.1f} s")
    heard = playings(spans)
    lost, twice = judgement.lost_and_twice(played, heard)
    tally.lost += [f"{who} {name}" for name in lost]
    tally.twice += [f"{who} {name}" for name in twice]
    tally.cut += [
        f"{who} {c}" for c in judgement.cut(heard, spans, call.ended_at, listener.keys_at)
    ]


async def _journal(house: House, callers: list[str]) -> dict[str, list[str]]:
    """What the journal says was played to each caller, once all their calls have ended there."""
    deadline = monotonic() + SHIPPED_SECONDS
    while True:
        ended, played = await asyncio.to_thread(_played, house)
        if ended.issuperset(callers) or monotonic() > deadline:
            return played
        await asyncio.sleep(1)


def _played(house: House) -> tuple[set[str], dict[str, list[str]]]:
    query = """SELECT calls.caller_raw, entries.kind, entries.data FROM entries
        JOIN calls ON calls.id = entries.call_id
        WHERE entries.kind IN ('prompt_played', 'call_ended') ORDER BY entries.seq"""
    with (
        closing(connect(house.settings.postgres_address(WRITER), "load test")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query)
        rows = cursor.fetchall()
    played: dict[str, list[str]] = defaultdict(list)
    for caller, kind, data in rows:
        if kind == "prompt_played":
            played[caller] += data["items"]
    return {caller for caller, kind, _ in rows if kind == "call_ended"}, played


def main() -> int:
    """Run the rates one after another in one house, and print what was heard."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.heard_calls")
    parser.add_argument("--calls", type=int, default=10_000, help="at rates above 1; 300 at 1")
    parser.add_argument("--rates", default="1,20,50", help="calls a second, separated by commas")
    chosen = parser.parse_args()
    good = True
    with House() as house:
        house.bring_in(tour.documents(), tour.sounds())
        placed = 0
        for rate in map(float, chosen.rates.split(",")):
            calls = min(chosen.calls, 300) if rate <= 1 else chosen.calls
            tally = asyncio.run(run(house, calls, rate, placed))
            placed += calls
            sys.stdout.write("\n".join([*tally.lines(), ""]))
            sys.stdout.flush()
            good = good and tally.is_good
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
