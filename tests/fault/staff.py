"""The agents' phones of a drill: they talk, and some ring until they are told to answer."""

from __future__ import annotations

import asyncio

from tests.load.phones import AgentPhones
from tests.load.ring import Manner, Ring


class Staff(AgentPhones):
    """Phones with a voice. ``patient`` agents let it ring until :attr:`pick_up` is set."""

    def __init__(self, manner: Manner, patient: frozenset[str] = frozenset()) -> None:
        super().__init__(manner)
        self.patient = patient
        self.pick_up = asyncio.Event()

    @classmethod
    async def start(
        cls,
        host: str,
        house: tuple[str, int],
        manner: Manner,
        patient: frozenset[str] = frozenset(),
    ) -> Staff:
        """Phones at ``host``, not registered yet."""
        staff = cls(manner, patient)
        await staff.bind(host, house)
        return staff

    def talking(self) -> list[Ring]:
        """The calls that were answered and are not over."""
        return [ring for ring in self._live.values() if ring.answered_at is not None]

    def ringing(self) -> list[Ring]:
        """The calls that ring."""
        return [ring for ring in self._live.values() if ring.answered_at is None]

    async def hang_up(self, ring: Ring) -> None:
        """The agent ends this talk."""
        await self._hang_up(ring)

    async def _serve(self, ring: Ring, manner: Manner) -> None:
        if ring.agent in self.patient:
            self._wire.send(ring.invite.reply(180, "Ringing", ring.tag, contact=self._me()))
            await self.pick_up.wait()
            if ring.ended_by:
                return
        await super()._serve(ring, manner)
