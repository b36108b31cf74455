"""Random schedules: some faults at random moments over some twenty calls, and the same invariant.

``python -m tests.fault.schedules --seeds 0-299`` runs one schedule a seed in one long-lived house.
The verdict on a schedule is reached while later ones run, since a call that nobody was left to end
is ended by the witness only after a while. A seed whose invariant does not hold is added to
``seeds.txt``, which `make fault` runs again for ever.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import uvloop
from redis.exceptions import RedisError

from tests.fault.drill import PATIENCE_SECONDS
from tests.fault.guests import Guest
from tests.fault.house import FaultHouse
from tests.fault.schedule import (
    CALLING_SECONDS,
    LEAVING_SECONDS,
    Schedule,
    Stroke,
    Visit,
    schedule,
)
from tests.fault.stage import Stage, stage

SEEDS = Path(__file__).with_name("seeds.txt")
_MOST_VERDICTS = 40


async def play(people: Stage, plan: Schedule) -> list[Guest]:
    """Let it happen; return the callers, all of whom have left."""
    guests: list[Guest] = []
    people.staff.pick_up.clear()
    async with asyncio.TaskGroup() as tasks:
        for visit in plan.visits:
            tasks.create_task(_pay(people, visit, guests))
        for stroke in plan.strokes:
            tasks.create_task(_deal(people, stroke))
        tasks.create_task(_answer_late(people))
    return guests


async def _pay(people: Stage, visit: Visit, guests: list[Guest]) -> None:
    await asyncio.sleep(visit.at)
    guest = people.guests.call(visit.place)
    guests.append(guest)
    if visit.key_at is not None:
        await asyncio.sleep(visit.key_at)
        await people.guests.press(guest, "9")
    await asyncio.sleep(max(0.0, visit.leave_at - visit.at - (visit.key_at or 0.0)))
    await people.guests.leave(guest)


async def _deal(people: Stage, stroke: Stroke) -> None:
    await asyncio.sleep(stroke.at)
    try:
        await stroke.strike(people)
        await asyncio.sleep(stroke.lasts)
        await stroke.heal(people)
    except RuntimeError:
        # The process is between two lives: another stroke was quicker, and this one finds nobody.
        return


async def _answer_late(people: Stage) -> None:
    await asyncio.sleep(CALLING_SECONDS * 0.7)
    people.staff.pick_up.set()
    await asyncio.sleep(CALLING_SECONDS * 0.3 + LEAVING_SECONDS)
    for ring in people.staff.talking():
        await people.staff.hang_up(ring)


class Run:
    """Many schedules in one house; ``failed`` are the seeds whose invariant did not hold."""

    def __init__(self, people: Stage) -> None:
        self.failed: list[int] = []
        self.seeds = self.calls = 0
        self._people = people
        self._free = asyncio.Semaphore(_MOST_VERDICTS)

    async def of(self, seeds: Sequence[int]) -> None:
        """Play them one after another; returns when every verdict is there."""
        async with asyncio.TaskGroup() as verdicts:
            for seed in seeds:
                await self._free.acquire()
                began = monotonic()
                plan = schedule(seed)
                guests = await play(self._people, plan)
                until = monotonic()
                await self._people.house.becomes_well(60)
                await self._wake_agents()
                self._people.guests.all.clear()
                verdicts.create_task(self._judge(plan, guests, until, monotonic() - began))

    async def _wake_agents(self) -> None:
        try:
            await asyncio.to_thread(self._people.house.wake_agents)
        except (RedisError, OSError) as error:
            say(f"paused agents stay so, Redis is away: {error}")

    async def _judge(
        self, plan: Schedule, guests: Sequence[Guest], until: float, took: float
    ) -> None:
        try:
            found = await self._people.verdict(guests, until, plan.allowed, PATIENCE_SECONDS)
        finally:
            self._free.release()
        wrong = found.violations
        self.seeds += 1
        self.calls += len(guests)
        names = ", ".join(f"{stroke.name} at {stroke.at:.1f}" for stroke in plan.strokes)
        verdict = "ok" if not wrong else f"{len(wrong)} violations"
        say(f"seed {plan.seed}: {verdict} ({len(guests)} calls, {took:.1f} s; {names})")
        if wrong:
            self.failed.append(plan.seed)
            for each in wrong:
                say(f"  {each}")


def known_seeds() -> list[int]:
    """The seeds that failed once."""
    lines = SEEDS.read_text().splitlines() if SEEDS.exists() else []
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


def remember(seeds: Sequence[int]) -> None:
    """Add seeds that failed to those that are run for ever."""
    known = known_seeds()
    new = [seed for seed in seeds if seed not in known]
    with SEEDS.open("a") as file:
        file.writelines(f"{seed}\n" for seed in sorted(new))


def seeds_of(text: str) -> list[int]:
    """The seeds of a range such as ``0-299``, or of one."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main() -> int:
    """Run the seeds of the command line; 1 when one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=seeds_of, default=known_seeds(), help="such as 0-299 or 17")
    seeds = parser.parse_args().seeds
    with FaultHouse() as house:
        async with stage(house) as people:
            run = Run(people)
            await run.of(seeds)
    remember(run.failed)
    say(f"{len(seeds) - len(run.failed)} of {len(seeds)} schedules without a violation")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
