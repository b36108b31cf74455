"""A new caller: whose number was dialled, who calls, and the first turn of the run."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from ari_app.caller import caller_number
from ari_app.flow.events import CallOffered
from ari_app.flow.ids import call_id
from ari_app.flow.unassigned import HOUSE, unassigned
from ari_app.snapshot.reader import Snapshot
from ari_app.telephony import ari
from ari_app.telephony.call import Call
from ari_app.telephony.lease import FIRST_SECONDS
from ari_app.telephony.runs import Runs
from ari_app.telephony.switchboard import Switchboard

log = structlog.get_logger(__name__)


class Intake:
    """Takes callers in. ``house_language`` is spoken to callers of numbers that nobody owns."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        runs: Runs,
        switchboard: Switchboard,
        clock: Callable[[], float],
        house_language: str,
    ) -> None:
        self._snapshot = snapshot
        self._runs = runs
        self._switchboard = switchboard
        self._clock = clock
        self._unassigned = unassigned(house_language)

    def client_name(self, client: str) -> str:
        """Return how the client calls itself; empty for calls to numbers that nobody owns."""
        return str(self._snapshot().clients.get(client, {}).get("name", ""))

    def accept(self, channel: ari.Channel, number: str) -> None:
        """Begin the run of the caller on ``channel`` who dialled ``number`` (digits, filtered)."""
        call_name = call_id(channel.id)
        if self._switchboard.get(call_name) is not None:
            return
        snapshot = self._snapshot()
        route = snapshot.route(number)
        if route is None:
            client, bundle = HOUSE, self._unassigned
        else:
            client, bundle = route.client, snapshot.bundle(route.client, route.flow)
        sha, flow = self._runs.flow(bundle)
        now = self._clock()
        caller = caller_number(channel.caller.number)
        contact = snapshot.contact(client, caller) if caller else None
        call = Call(
            id=call_name,
            channel=channel.id,
            client=client,
            flow=flow,
            run=flow.start(call_name, route.number if route else number, now),
            bundle=sha,
            client_name=self.client_name(client),
            lease_expires_at=now + FIRST_SECONDS,
        )
        self._switchboard.add(call)
        self._switchboard.post(
            call,
            CallOffered(
                caller_number=caller,
                caller_raw=channel.caller.number,
                caller_name=channel.caller.name,
                known=contact is not None and contact.known,
                vip=contact is not None and contact.vip,
                blocked=contact is not None and contact.blocked,
            ),
        )
