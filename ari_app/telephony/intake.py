"""A new caller: whose number was dialled, who calls, and the first turn of the run."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from ari_app.flow.ids import call_id
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.reader import Snapshot
from ari_app.snapshot.reception import receive
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
        self._house_language = house_language

    def client_name(self, client: str) -> str:
        """Return how the client calls itself; empty for calls to numbers that nobody owns."""
        return str(self._snapshot().clients.get(client, {}).get("name", ""))

    def accept(self, channel: ari.Channel, incoming: Incoming) -> None:
        """Begin the run of the caller on ``channel``, of whom the dialplan tells ``incoming``."""
        call_name = call_id(channel.id)
        if self._switchboard.get(call_name) is not None:
            return
        caller = channel.caller
        received = receive(
            self._snapshot(), incoming, caller.number, caller.name, self._house_language
        )
        sha, flow = self._runs.flow(received.bundle)
        now = self._clock()
        call = Call(
            id=call_name,
            channel=channel.id,
            client=received.client,
            flow=flow,
            run=flow.start(call_name, received.number, now),
            bundle=sha,
            client_name=self.client_name(received.client),
            lease_expires_at=now + FIRST_SECONDS,
        )
        self._switchboard.add(call)
        self._switchboard.post(call, received.offered)
