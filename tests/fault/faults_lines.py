"""Faults of callers' and agents' lines, and of the time of day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import time

from ari_app.standalone.redis import client
from tests.fault.clients import FRAIL, MENU, NEWCOMER, QUEUE, TEAMS, VOICEMAIL
from tests.fault.drill import PATIENCE_SECONDS, Fault
from tests.fault.guests import Guests
from tests.fault.house import SILENT_LINE_SECONDS
from tests.fault.invariant import Allowance, Silence
from tests.fault.stage import VANISHING_AT, Stage

_DAYLIGHT_SAVING = datetime(2027, 3, 28, 1, tzinfo=UTC)
"""When Europe/Berlin, the time zone of the drill's clients, jumps from 2:00 to 3:00."""

_BEFORE_SECONDS = 6.0


async def _lose_phones_talking(stage: Stage) -> None:
    for _ in TEAMS[FRAIL]:
        stage.guests.call(FRAIL)
    await _until_frail(stage, talking=True)
    await stage.frail.close()


async def _lose_phones_ringing(stage: Stage) -> None:
    stage.frail.patient = frozenset(TEAMS[FRAIL])
    for _ in TEAMS[FRAIL]:
        stage.guests.call(FRAIL)
    await _until_frail(stage, talking=False)
    await stage.frail.close()


async def _until_frail(stage: Stage, *, talking: bool) -> None:
    for _ in range(100):
        rings = stage.frail.talking() if talking else stage.frail.ringing()
        if len(rings) == len(TEAMS[FRAIL]):
            await asyncio.sleep(1.0)
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the phones that are to be lost do not ring")


async def _new_phones(stage: Stage) -> None:
    await stage.exchange_frail()


async def _callers_vanish(stage: Stage) -> None:
    vanishing = await Guests.open(VANISHING_AT, stage.house.sip, stage.guests.sounds)
    for place in (QUEUE, NEWCOMER, NEWCOMER, VOICEMAIL, MENU):
        stage.guests.all.append(vanishing.call(place))
    await asyncio.sleep(3.0)
    vanishing.vanish()
    await vanishing.close()


async def _daylight_saving(stage: Stage) -> None:
    wrong_by = _DAYLIGHT_SAVING.timestamp() - _BEFORE_SECONDS - time()
    stage.house.steer("clock", str(wrong_by))
    stage.house.kill("controller")  # a living one does not follow a clock that jumps


async def _own_time(stage: Stage) -> None:
    """Back to today. Redis has agents who are to rest until next spring: it is emptied as well."""
    stage.house.steer("clock", None)
    with client(stage.house.settings) as redis:
        redis.flushall()
    stage.house.kill("controller")


FAULTS = [
    Fault(
        "phone-lost-talking",
        "two agents' phones are gone in the middle of a talk",
        _lose_phones_talking,
        _new_phones,
        healed_by="phones register again",
        # Asterisk takes a phone for dead after 20 s without a packet (telephony/phones.py).
        seconds=26.0,
        allowed=Allowance(
            silence=Silence(
                24.0,
                "the phone is gone without a word: Asterisk notices after 20 s without a packet",
            )
        ),
    ),
    Fault(
        "phone-lost-ringing",
        "two agents' phones are gone while they ring",
        _lose_phones_ringing,
        _new_phones,
        healed_by="phones register again",
        seconds=14.0,
    ),
    Fault(
        "caller-vanished",
        "five callers' lines are gone without a BYE",
        _callers_vanish,
        healed_by=f"Asterisk, after {SILENT_LINE_SECONDS} s without a packet",
        patience_seconds=SILENT_LINE_SECONDS + PATIENCE_SECONDS,
    ),
    Fault(
        "daylight-saving",
        "the clients' clocks jump to summer time; the controller is killed before and after",
        _daylight_saving,
        _own_time,
        healed_by="nothing to heal; the drill's clock is set right",
        seconds=10.0,
        allowed=Allowance(
            silence=Silence(
                15.0,
                "the drill's clock jumps by months, twice with a new controller: "
                "who waited goes on to leave a message",
            )
        ),
    ),
]
