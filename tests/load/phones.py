"""Agents' phones in plain Python: they register, ring, answer or refuse, and stamp every INVITE."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic

from ari_app.simulator.known_sounds import KnownSounds
from tests.load.heard import Heard
from tests.load.message import Message, address, authorization, new_token, sound_offer
from tests.load.ring import Manner, Ring
from tests.load.sound import Sound
from tests.load.wire import Wire

RESEND_SECONDS = 0.5
EXPIRES_SECONDS = 3600


class AgentPhones:
    """The phones of many agents on one loopback address; close them.

    ``rings`` keeps every call that came, ``on_ring`` hears of each at once.
    """

    def __init__(self, manner: Manner) -> None:
        """:meth:`open` is the way to get them. ``manner`` is of all who have none of their own."""
        self.manner = manner
        self.manners: dict[str, Manner] = {}
        self.rings: list[Ring] = []
        self.sounds: KnownSounds | None = None
        """Set, it makes every agent listen, and know these sounds."""
        self.on_ring: Callable[[Ring], None] = lambda _ring: None
        self._live: dict[str, Ring] = {}
        self._wire: Wire
        self._sound: Sound
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(
        cls, host: str, house: tuple[str, int], manner: Manner, hertz: int = 400
    ) -> AgentPhones:
        """Phones at ``host``, not registered yet. Their agents' voices have this pitch."""
        phones = cls(manner)
        await phones.bind(host, house, hertz)
        return phones

    async def bind(self, host: str, house: tuple[str, int], hertz: int = 400) -> None:
        """Open the phones' sockets."""
        self._wire = await Wire.open(host, house, self._take)
        self._sound = Sound(host, hertz)

    @property
    def sound(self) -> Sound:
        """Where all of them send and take their sound."""
        return self._sound

    async def close(self) -> None:
        """Stop; registrations are left to lapse."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._wire.close()
        self._sound.close()

    async def register(
        self, passwords: Mapping[str, str], expires_seconds: int = EXPIRES_SECONDS
    ) -> None:
        """Register these agents, or with 0 seconds take them off; ``ValueError`` when refused."""
        await asyncio.gather(
            *(
                self._register(agent, password, expires_seconds)
                for agent, password in passwords.items()
            )
        )

    async def _register(self, agent: str, password: str, expires: int) -> None:
        user = f"agent-{agent}"
        uri = f"sip:{self._wire.far_end[0]}:{self._wire.far_end[1]}"
        who = f"<sip:{user}@{self._wire.far_end[0]}>"
        headers = {
            "max-forwards": "70",
            "from": f"{who};tag={new_token()}",
            "to": who,
            "call-id": new_token(),
            "contact": f"<sip:{user}@{self._wire.host}:{self._wire.port}>",
            "expires": str(expires),
        }
        answer = Message("", {})
        for sequence in (1, 2):
            headers["via"] = self._via()
            headers["cseq"] = f"{sequence} REGISTER"
            answer = await self._wire.ask(Message(f"REGISTER {uri} SIP/2.0", dict(headers)))
            if answer.status != 401:
                break
            challenge = answer.headers["www-authenticate"]
            headers["authorization"] = authorization(challenge, "REGISTER", uri, user, password)
        if answer.status != 200:
            raise ValueError(f"the phone of {agent} cannot register: {answer.start}")

    def _take(self, request: Message, at: float) -> None:
        ring = self._live.get(request.call)
        match request.method:
            case "INVITE" if ring is None:
                self._ring(request, at)
            case "INVITE" | "INFO" | "UPDATE" if ring is not None and request != ring.invite:
                body = self._offer() if request.method == "INVITE" else ""
                self._wire.send(request.reply(200, "OK", ring.tag, contact=self._me(), body=body))
            case "ACK" if ring is not None:
                ring.acknowledged.set()
            case "CANCEL" if ring is not None:
                self._wire.send(request.reply(200, "OK", ring.tag))
                self._wire.send(ring.invite.reply(487, "Request Terminated", ring.tag))
                self._over(ring, "house", at)
            case "BYE":
                self._wire.send(request.reply(200, "OK"))
                if ring is not None:
                    self._over(ring, "house", at)
            case "OPTIONS":
                self._wire.send(request.reply(200, "OK", new_token()))

    def _ring(self, invite: Message, at: float) -> None:
        user = invite.start.split()[1].removeprefix("sip:").partition("@")[0]
        ring = Ring(user.removeprefix("agent-"), invite, at)
        self.rings.append(ring)
        self._live[invite.call] = ring
        self.on_ring(ring)
        task = asyncio.create_task(self._serve(ring, self.manners.get(ring.agent, self.manner)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, ring: Ring, manner: Manner) -> None:
        invite = ring.invite
        if manner.status != 200:
            self._wire.send(invite.reply(manner.status, "No", ring.tag))
            self._over(ring, "agent", monotonic())
            return
        self._wire.send(invite.reply(180, "Ringing", ring.tag, contact=self._me()))
        if manner.ring_seconds:
            await asyncio.sleep(manner.ring_seconds)
        if ring.ended_by:
            return
        ring.answered_at = monotonic()
        if self.sounds is not None:
            ring.heard = Heard(self.sounds)
            self._sound.hear(ring.far_sound[1], ring.heard, since=ring.answered_at)
        answer = invite.reply(200, "OK", ring.tag, contact=self._me(), body=self._offer())
        while not ring.acknowledged.is_set() and not ring.ended_by:
            self._wire.send(answer)
            with suppress(TimeoutError):  # not acknowledged: the answer is sent again
                async with asyncio.timeout(RESEND_SECONDS):
                    await ring.acknowledged.wait()
        if manner.speaks:
            self._sound.say(ring.far_sound)
        if manner.talk_seconds is not None:
            left = ring.answered_at + manner.talk_seconds - monotonic()
            await asyncio.sleep(max(0.0, left))
            await self._hang_up(ring)

    async def _hang_up(self, ring: Ring) -> None:
        if ring.ended_by:
            return
        invite = ring.invite
        bye = Message(
            f"BYE {address(invite.headers['contact'])} SIP/2.0",
            {
                "via": self._via(),
                "max-forwards": "70",
                "from": f"{invite.headers['to']};tag={ring.tag}",
                "to": invite.headers["from"],
                "call-id": invite.call,
                "cseq": "1 BYE",
            },
        )
        self._over(ring, "agent", monotonic())
        await self._wire.ask(bye)

    def _over(self, ring: Ring, by: str, at: float) -> None:
        ring.ended_by, ring.ended_at = by, at
        self._sound.stop(ring.far_sound)
        self._live.pop(ring.invite.call, None)

    def _offer(self) -> str:
        return sound_offer(self._sound.host, self._sound.port)

    def _me(self) -> str:
        return f"sip:{self._wire.host}:{self._wire.port}"

    def _via(self) -> str:
        return f"SIP/2.0/UDP {self._wire.host}:{self._wire.port};branch=z9hG4bK{new_token()}"
