"""The agents' phones of a drill: they talk, and some ring until they are told to answer."""

from __future__ import annotations

import asyncio

from tests.fault.media import Media
from tests.load.message import sound_port
from tests.load.phones import AgentPhones
from tests.load.ring import Manner, Ring
from tests.load.wire import Wire


class Staff(AgentPhones):
    """Phones with a voice. ``patient`` agents let it ring until :attr:`pick_up` is set."""

    def __init__(self, manner: Manner, patient: frozenset[str] = frozenset()) -> None:
        super().__init__(manner)
        self.patient = patient
        self.pick_up = asyncio.Event()
        self.media: Media

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
        staff._wire = await Wire.open(host, house, staff._take)
        staff._sound = staff.media = Media(host)
        staff.media.start()
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

    async def _speak(self, ring: Ring, seconds: float | None) -> None:
        self.media.say(_far_sound(ring))

    def _over(self, ring: Ring, by: str, at: float) -> None:
        super()._over(ring, by, at)
        self.media.stop(_far_sound(ring))


def _far_sound(ring: Ring) -> tuple[str, int]:
    """Where the house wants what the agent says: the host stands in the offer's c= line."""
    host = ring.invite.body.partition("c=IN IP4 ")[2].split("\r\n", 1)[0]
    return host, sound_port(ring.invite.body)
