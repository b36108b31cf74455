"""Where drills take place: a house, the callers, and the agents' phones, all kept for many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

import psycopg2

from ari_app.standalone.service_error import ServiceError
from tests.fault.cel_file import CelFile
from tests.fault.clients import FRAIL, NEWCOMER, RINGING, TEAMS
from tests.fault.evidence import gather
from tests.fault.guests import Guest, Guests
from tests.fault.house import FaultHouse
from tests.fault.invariant import Allowance, may_heal, silence_of, violations
from tests.fault.staff import Staff
from tests.load.house import known_sounds
from tests.load.ring import Manner

CALLERS_AT, VANISHING_AT, PHONES_AT, FRAIL_AT = (f"127.0.0.{n}" for n in (21, 22, 23, 24))
QUICK_TALK_SECONDS = 1.5
FIRST_LOOK_SECONDS, LAST_LOOK_SECONDS = 1.0, 10.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with some calls, and the longest silence that one of their callers heard."""

    violations: list[str]
    silence: float


class Stage:
    """The people of drills in ``house``."""

    def __init__(self, house: FaultHouse, guests: Guests, staff: Staff, frail: Staff) -> None:
        """:func:`stage` is the way to get one."""
        self.house = house
        self.guests = guests
        self.staff = staff
        self.frail = frail
        self.cel = CelFile(house.settings.cel)

    async def register(self, staff: Staff, agents: Sequence[str]) -> None:
        """Let these agents' phones be known."""
        passwords = self.house.agent_passwords()
        await staff.register({agent: passwords[agent] for agent in agents})

    async def exchange_frail(self) -> None:
        """New phones for those that were lost."""
        self.frail = await Staff.start(FRAIL_AT, self.house.sip, Manner(0.2, speaks=True))
        await self.register(self.frail, TEAMS[FRAIL])

    async def verdict(
        self, guests: Sequence[Guest], until: float, allowed: Allowance, patience_seconds: float
    ) -> Verdict:
        """What is still wrong after so long; at once when nothing is."""
        deadline = monotonic() + patience_seconds
        callers = [guest.caller for guest in guests]
        pause, silence = FIRST_LOOK_SECONDS, 0.0
        while True:
            try:
                evidence = await asyncio.to_thread(gather, self.house, self.cel, callers)
                wrong = violations(guests, evidence, until, allowed)
                silence = max(silence_of(guest, evidence, until) for guest in guests)
            except (psycopg2.Error, ServiceError) as error:  # killed again, by a later schedule
                wrong = [f"the house cannot be asked: {error}"]
            if monotonic() > deadline or not any(may_heal(each) for each in wrong):
                return Verdict(wrong, silence)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_LOOK_SECONDS)


@asynccontextmanager
async def stage(house: FaultHouse) -> AsyncIterator[Stage]:
    """Callers and registered phones for ``house``."""
    sounds = await asyncio.to_thread(known_sounds, house.settings)
    guests = await Guests.open(CALLERS_AT, house.sip, sounds)
    staff = await Staff.start(
        PHONES_AT, house.sip, Manner(0.2, speaks=True), frozenset(TEAMS[RINGING])
    )
    for agent in TEAMS[NEWCOMER]:
        staff.manners[agent] = Manner(0.2, QUICK_TALK_SECONDS, speaks=True)
    frail = await Staff.start(FRAIL_AT, house.sip, Manner(0.2, speaks=True))
    people = Stage(house, guests, staff, frail)
    try:
        await people.register(staff, [a for t, team in TEAMS.items() if t != FRAIL for a in team])
        await people.register(frail, TEAMS[FRAIL])
        await asyncio.sleep(1.0)
        yield people
    finally:
        await guests.close()
        await staff.close()
        await people.frail.close()
