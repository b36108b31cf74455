"""Mixed calls of all node types with an ear on every caller, and on every agent.

    python -m tests.load.heard_calls --calls 10000 --rates 1,20,50

Ends with status 1 when a goal is missed: no silence over half a second, no prompt lost, cut or
heard twice, no packet missing. It says how late it was itself and how much of the machine was idle,
which tells a slow machine from a silent house.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from contextlib import AsyncExitStack
from time import monotonic

import uvloop

from ari_app.commands.live_state import live_state
from ari_app.simulator.g711 import PCMA
from ari_app.simulator.known_sounds import KnownSounds
from tests.load import tour, traces
from tests.load.callers import Callers
from tests.load.history import Told, told_of
from tests.load.house import House, known_sounds
from tests.load.judgement import Party
from tests.load.listening import Listener
from tests.load.phones import AgentPhones
from tests.load.ring import Manner
from tests.load.tally import Tally, table
from tests.load.watch import Watch, dropped

AGENT_HERTZ, TALK_SECONDS = 650, 2.0
SLOW_RATE, SLOW_CALLS = 1.0, 300
CALM_RATE = 20.0
"""Calls a second. Above that three of five callers are greeted only, and those alone send sound
whose voice somebody hears: a machine of two cores has no time for more sound."""
GREETED_SHARE = 0.6
_MOST_SECONDS = 10.0
"""A call lasts less on average: with so many live that each lasts longer, the house does not keep
up, and the next ones would only take the machine's last time."""
_PROGRESS_SECONDS = 10.0
_QUIET_SECONDS = 60.0

Walked = tuple[tour.Walk, Listener]


class HeardCalls:
    """A house with the tour's documents, its agents' phones, and callers as many as are wanted."""

    def __init__(self, house: House) -> None:
        """Enter it (``async with``) to have the phones registered."""
        self._house = house
        self._placed = 0
        self._sounds: KnownSounds
        self._phones: AgentPhones

    async def __aenter__(self) -> HeardCalls:
        """Learn the sounds and register the phones."""
        house = self._house
        self._sounds = await asyncio.to_thread(known_sounds, house.settings)
        self._sounds.content(PCMA)  # now, not at the first packet
        manner = Manner(ring_seconds=0.2, talk_seconds=TALK_SECONDS, speaks=True)
        self._phones = await AgentPhones.open("127.0.0.4", house.sip, manner, AGENT_HERTZ)
        self._phones.sounds = self._sounds
        agents = [*tour.DESK, *tour.RESTING]
        await self._phones.register(await asyncio.to_thread(house.passwords, agents))
        await asyncio.to_thread(house.await_phones, agents)
        with live_state(house.settings) as live:
            for agent in tour.RESTING:
                live.tell("pause", {"agent": agent, "reason": "lunch"})
        await asyncio.sleep(1)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the phones."""
        await self._phones.close()

    async def at(self, rate: float, calls: int) -> Tally:
        """Place the calls, so many a second, and judge what everybody heard."""
        first, self._placed = self._placed, self._placed + calls
        rings = len(self._phones.rings)
        callers = await Callers.open("127.0.0.3", self._house.sip)
        ports = (callers.sound.port, callers.wire.port, self._phones.sound.port)
        before = sum(map(dropped, ports))
        failed: list[str] = []
        async with AsyncExitStack() as stack:
            stack.callback(callers.close)
            watch = await stack.enter_async_context(Watch(self._house))
            walked = await self._place(callers, rate, calls, first, failed)
            lost_here = sum(map(dropped, ports)) - before
        tally = Tally(rate, watch.seen, len(walked), callers.sound.packets, failed=failed)
        tally.dropped = lost_here
        told = await asyncio.to_thread(told_of, self._house, [one.call.caller for _, one in walked])
        for walk, listener in walked:
            _judge(tally, walk, listener, told[listener.call.caller])
        for ring in self._phones.rings[rings:]:
            if ring.heard is not None and ring.answered_at and ring.ended_at:
                who = f"agent {ring.agent}"
                spans, begin, end = ring.heard.spans, ring.answered_at, ring.ended_at
                tally.take(Party(who, spans, begin, end, is_agent=True))
        await asyncio.to_thread(_quiet, self._house)
        return tally

    async def _place(
        self, callers: Callers, rate: float, calls: int, first: int, failed: list[str]
    ) -> list[Walked]:
        walked: list[Walked] = []
        start = told = monotonic()
        async with asyncio.TaskGroup() as playing:
            for place, walk in enumerate(order(calls, rate)):
                await asyncio.sleep(max(0.0, start + place / rate - monotonic()))
                if len(callers.live) > _MOST_SECONDS * max(rate, 1.0):
                    failed.append(f"stopped before call {place + 1}: {len(callers.live)} are live")
                    break
                call = callers.call(walk.number, f"9768{first + place:07d}")
                speaks = walk.speaks or rate <= CALM_RATE
                listener = Listener(callers, call, self._sounds, speaks=speaks)
                walked.append((walk, listener))
                playing.create_task(_walk(walk, listener, failed))
                if monotonic() - told > _PROGRESS_SECONDS:
                    told = monotonic()
                    sys.stderr.write(f"{place + 1} of {calls} calls; {len(callers.live)} live\n")
        return walked


def order(calls: int, rate: float) -> list[tour.Walk]:
    """Who walks where: mixed by share, the same every time, and each walk at least once."""
    chance = random.Random(7)  # noqa: S311 - no secret
    found = chance.choices(tour.WALKS, [walk.share for walk in tour.WALKS], k=calls)
    if rate > CALM_RATE:
        found = [tour.GREETED if chance.random() < GREETED_SHARE else walk for walk in found]
    found[: len(tour.WALKS)] = tour.WALKS[:calls]
    return found


async def _walk(walk: tour.Walk, listener: Listener, failed: list[str]) -> None:
    try:
        await listener.answered()
        await walk.conduct(listener)
    except TimeoutError:
        failed.append(f"{walk.name} of {listener.call.caller}: {listener.call.status}")
        await listener.call.hang_up()
    finally:
        listener.stop()


def _judge(tally: Tally, walk: tour.Walk, listener: Listener, told: Told) -> None:
    call = listener.call
    who = f"{walk.name}/{call.caller}"
    tally.taken_over += told.taken_over
    tally.failed += [f"{who}: {reason}" for reason in told.failures]
    if not told.has_ended:
        tally.failed.append(f"{who}: its end is on no record")
    if call.answered_at is None or call.ended_at is None:
        tally.failed.append(f"{who}: it was not answered, or did not end")
        return
    tally.take(
        Party(
            who,
            listener.heard.spans,
            call.answered_at,
            call.ended_at,
            listener.turns,
            listener.keys_at,
            told.prompts,
            walk.given,
        )
    )


def _quiet(house: House) -> None:
    """Wait until no call is left, so that the next rate begins with an empty house."""
    nothing = {"channels": 0, "bridges": 0}
    traces.eventually(
        lambda: traces.held_by_asterisk(house), lambda held: held == nothing, _QUIET_SECONDS
    )


def split(calls: int, rates: list[float]) -> list[int]:
    """How many calls each rate gets of all: slow ones 300 at most, the others alike."""
    slow = [rate <= SLOW_RATE for rate in rates]
    few = min(SLOW_CALLS, calls // len(rates))
    left = calls - few * sum(slow)
    return [few if is_slow else left // max(1, len(rates) - sum(slow)) for is_slow in slow]


async def _listen(calls: int, rates: list[float]) -> bool:
    tallies: list[Tally] = []
    with House() as house:
        house.bring_in(tour.documents(), tour.sounds())
        async with HeardCalls(house) as heard:
            for rate, share in zip(rates, split(calls, rates), strict=True):
                tallies.append(await heard.at(rate, share))
                sys.stdout.write("\n".join([*tallies[-1].lines(), "", ""]))
                sys.stdout.flush()
    sys.stdout.write("\n".join([*table(tallies), ""]))
    return all(tally.is_good for tally in tallies)


def main() -> int:
    """Run the rates one after another in one house, and print what was heard."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.heard_calls")
    parser.add_argument("--calls", type=int, default=10_000, help="all together; 300 of them at 1")
    parser.add_argument("--rates", default="1,20,50", help="calls a second, separated by commas")
    chosen = parser.parse_args()
    rates = [float(rate) for rate in chosen.rates.split(",")]
    return 0 if uvloop.run(_listen(chosen.calls, rates)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
