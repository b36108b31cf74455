"""One drill: fifty live calls, a fault, its end, and what became of the calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from ari_app.journal.reconcile import UNFINISHED_AFTER_SECONDS
from ari_app.journal.shipper import RECONCILE_SECONDS
from tests.fault.clients import (
    GREETING,
    MENU,
    NEWCOMER,
    QUEUE,
    RINGING,
    TALKING,
    TEAMS,
    VOICEMAIL,
)
from tests.fault.guests import Guest
from tests.fault.invariant import NONE, Allowance
from tests.fault.stage import Stage

MIX = {GREETING: 9, MENU: 9, QUEUE: 9, RINGING: 8, TALKING: 8, VOICEMAIL: 7}
"""How many callers are where when the fault strikes; of those in the queue, one is served."""

ARRIVALS_PER_SECOND = 12.0
NEWCOMER_EVERY_SECONDS = 0.5
RECOVERY_SECONDS = 45.0
PATIENCE_SECONDS = UNFINISHED_AFTER_SECONDS + 2 * RECONCILE_SECONDS
"""The witness ends a call after this long that nobody was left to end, and what nobody told."""

Deed = Callable[[Stage], Awaitable[None]]


async def nothing(stage: Stage) -> None:
    """A fault that heals by itself needs no healing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``strike`` breaks something, ``heal`` mends it ``seconds`` later.

    ``allowed`` is what it takes away by itself; after ``patience_seconds`` all calls must be on
    record. ``short`` faults belong to the short form of the suite.
    """

    name: str
    what: str
    strike: Deed
    heal: Deed = nothing
    healed_by: str = "the supervisor starts it again"
    seconds: float = 2.0
    allowed: Allowance = NONE
    patience_seconds: float = PATIENCE_SECONDS
    short: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a drill showed. Spans are seconds; ``None``: there was none, or never."""

    fault: Fault
    calls: int
    lost: int
    unlogged: int
    silence: float
    first_sound: float | None
    recovered: float | None
    delay: float
    violations: tuple[str, ...] = field(default=())


async def perform(stage: Stage, fault: Fault) -> Outcome:
    """Let fifty callers in, strike, heal, bring all calls to an end, and ask what is on record."""
    stage.guests.all.clear()
    stage.guests.sound.worst_delay_seconds = 0.0
    stage.staff.pick_up.clear()
    await asyncio.to_thread(stage.house.wake_agents)
    await assemble(stage)
    await fault.strike(stage)
    newcomers = await _during(stage, fault.seconds)
    await fault.heal(stage)
    recovered = await _recovery(stage, newcomers)
    await disperse(stage)
    until = monotonic()
    verdict = await stage.verdict(stage.guests.all, until, fault.allowed, fault.patience_seconds)
    wrong = verdict.violations + await _weary_agents(stage)
    if recovered is None:
        wrong.append(f"no new caller got the controller within {RECOVERY_SECONDS:.0f} s")
    firsts = [first for each in newcomers if (first := each.first_sound_seconds()) is not None]
    return Outcome(
        fault,
        calls=len(stage.guests.all),
        lost=sum("lost" in each or "refused" in each for each in wrong),
        unlogged=sum("unlogged" in each for each in wrong),
        silence=verdict.silence,
        first_sound=max(firsts, default=None),
        recovered=recovered,
        delay=stage.guests.sound.worst_delay_seconds,
        violations=tuple(wrong),
    )


async def assemble(stage: Stage) -> None:
    """Bring fifty callers to their places; fails when they do not get there."""
    guests = stage.guests
    places = [place for place, count in MIX.items() for _ in range(count)]
    for place in places[::-1]:
        guests.call(place)
        await asyncio.sleep(1 / ARRIVALS_PER_SECOND)
    talks = MIX[TALKING] + 1
    deadline = monotonic() + 15
    while len(stage.staff.talking()) < talks or len(stage.staff.ringing()) < MIX[RINGING]:
        assert monotonic() < deadline, (
            f"only {len(stage.staff.talking())} of {talks} talk and"
            f" {len(stage.staff.ringing())} of {MIX[RINGING]} phones ring"
        )
        await asyncio.sleep(0.1)
    assert len(guests.live()) == len(places), f"{len(guests.live())} of {len(places)} calls are up"
    await asyncio.sleep(1.0)


async def _during(stage: Stage, seconds: float) -> list[Guest]:
    newcomers = []
    end = monotonic() + seconds
    while monotonic() < end:
        newcomers.append(stage.guests.call(NEWCOMER))
        await asyncio.sleep(min(max(NEWCOMER_EVERY_SECONDS, seconds / 12), seconds))
    return newcomers


async def _recovery(stage: Stage, newcomers: list[Guest]) -> float | None:
    """Seconds until a new caller was served by the controller, and every process was well."""
    healed_at = monotonic()
    served: float | None = None
    while monotonic() - healed_at < RECOVERY_SECONDS:
        if served is None:
            newcomers.append(stage.guests.call(NEWCOMER))
        await asyncio.sleep(NEWCOMER_EVERY_SECONDS)
        if served is None:
            await asyncio.to_thread(stage.cel.read)
            served = _first_served(stage, newcomers, healed_at)
        if served is not None and stage.house.is_well():
            late = monotonic() - healed_at > served + 2 * NEWCOMER_EVERY_SECONDS
            return monotonic() - healed_at if late else served
    return None


def _first_served(stage: Stage, newcomers: list[Guest], healed_at: float) -> float | None:
    """After how many seconds the first caller came who heard the controller."""
    for guest in newcomers:
        invited_at, seen = guest.call.invited_at, stage.cel.by_caller.get(guest.caller)
        if invited_at is None or invited_at < healed_at or seen is None:
            continue
        if guest.heard.first_at is not None and not seen.fell_back:
            return invited_at - healed_at
    return None


async def disperse(stage: Stage) -> None:
    """Bring every call to its natural end, and then to an end."""
    guests, staff = stage.guests, stage.staff
    staff.pick_up.set()
    await asyncio.gather(*(guests.press(guest, "9") for guest in guests.live(MENU)))
    await asyncio.sleep(2.0)
    talks = staff.talking()
    await asyncio.gather(*(staff.hang_up(ring) for ring in talks[::2]))
    await asyncio.sleep(2.0)
    await asyncio.gather(*(guests.leave(guest) for guest in guests.all))
    await asyncio.sleep(1.0)
    staff.pick_up.clear()


async def _weary_agents(stage: Stage) -> list[str]:
    """Registered agents who neither become ready again nor are paused for letting it ring."""
    deadline = monotonic() + 20
    while True:
        states = await asyncio.to_thread(stage.house.agent_states)
        stuck = {
            agent: state
            for team in TEAMS.values()
            for agent in team
            if (state := states.get(agent)) not in ("ready", "paused")
        }
        if not stuck:
            return []
        if monotonic() > deadline:
            return [f"agent {agent} stays {state}" for agent, state in stuck.items()]
        await asyncio.sleep(0.5)
