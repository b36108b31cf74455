"""Keeps the leases of all calls in our hands alive, while this process is healthy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from ari_app.telephony import lease
from ari_app.telephony.ami import Ami, AmiAwayError, AmiError
from ari_app.telephony.call import Call
from ari_app.telephony.switchboard import Switchboard

log = structlog.get_logger(__name__)


class Leases:
    """Sweeps over the calls twice a second and renews the leases that run out soon.

    ``can_act(call)`` says whether we could do anything for the caller now; when we cannot, the
    lease is left to run out, since whoever cannot act for a caller must not hold one. AMI carries
    the renewals because an ARI request would wait behind a running playback.

    ``on_doubt(call)`` hears of a renewal that Asterisk refused: the caller has gone, which an event
    has told, or will tell, unless events do not reach us.
    """

    def __init__(
        self,
        ami: Ami,
        switchboard: Switchboard,
        can_act: Callable[[Call], bool],
        clock: Callable[[], float],
        on_doubt: Callable[[Call], None],
    ) -> None:
        self._ami = ami
        self._switchboard = switchboard
        self._can_act = can_act
        self._clock = clock
        self._on_doubt = on_doubt
        self._renewals: set[asyncio.Task[None]] = set()
        self.renewed = 0
        self.failed = 0

    async def run(self) -> None:
        """Sweep until cancelled."""
        try:
            while True:
                await asyncio.sleep(lease.SWEEP_SECONDS)
                self.sweep()
        finally:
            for task in self._renewals:
                task.cancel()

    def sweep(self) -> None:
        """Renew what runs out soon; at once after a recovery, when nobody knows what is left."""
        now = self._clock()
        for call in self._switchboard:
            if not call.held or not self._can_act(call):
                continue
            held = lease.Held(
                call.lease_expires_at,
                talking=call.talking,
                music=call.holding,
                capped=call.lease_capped,
                spread=int(call.id[-3:], 16) / 0xFFF,
            )
            seconds = lease.renewal(held, now)
            if seconds is not None:
                call.lease_expires_at = now + seconds
                call.lease_capped = call.talking
                task = asyncio.create_task(self._renew(call, seconds))
                self._renewals.add(task)
                task.add_done_callback(self._renewals.discard)

    async def _renew(self, call: Call, seconds: float) -> None:
        try:
            await self._ami.absolute_timeout(call.channel, seconds)
            self.renewed += 1
        except AmiError as error:
            self.failed += 1
            # Either the caller just left, or AMI is away: the next sweep asks again.
            call.lease_expires_at = 0.0
            call.lease_capped = False
            log.info("lease_not_renewed", call=call.id, reason=str(error))
            if not isinstance(error, AmiAwayError):
                self._on_doubt(call)
