"""Callers in plain Python: each call is an object that is told what to do, and has its stamps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from tests.load.message import Message, new_token, sound_offer, sound_port
from tests.load.sound import Sound
from tests.load.wire import Wire


class CallerCall:
    """One call. Times are monotonic seconds, ``None`` until it happened; ``status`` the answer's.

    ``ended`` is set by whichever side hangs up, and by a refusal.
    """

    def __init__(self, callers: Callers, number: str, caller: str) -> None:
        self.number, self.caller = number, caller
        self.invited_at: float | None = None
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.status = 0
        self.answered, self.ended = asyncio.Event(), asyncio.Event()
        self.on_answer: Callable[[], None] = lambda: None
        """Called at once: tasks that wait for ``answered`` run after the first sound has come."""
        self._callers = callers
        self._wire = callers.wire
        self.id = new_token()
        self._sequence = 1
        self._uri = f"sip:{number}@{self._wire.far_end[0]}:{self._wire.far_end[1]}"
        self._from = f"<sip:{caller}@{self._wire.host}>;tag={new_token()}"
        self._to = f"<{self._uri}>"
        self.far_sound = ("", 0)
        """Where the house sends and takes this call's sound; known with the answer."""
        self._invite = self._request("INVITE", body=callers.offer)

    def invite(self) -> None:
        """Call."""
        self.invited_at = monotonic()
        self._wire.request(self._invite, self._response)

    async def press(self, keys: str) -> None:
        """Press keys, one after another, by SIP INFO. ``ValueError`` says that one was refused."""
        for key in keys:
            answer = await self._wire.ask(
                self._request(
                    "INFO",
                    content="application/dtmf-relay",
                    body=f"Signal={key}\r\nDuration=100\r\n",
                )
            )
            if answer.status != 200:
                raise ValueError(f"key {key} of caller {self.caller}: {answer.start}")

    async def speak(self, seconds: float) -> None:
        """Send sound, or until the call is over."""
        self._callers.sound.say(self.far_sound)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        self._callers.sound.hush(self.far_sound)

    async def hang_up(self) -> None:
        """End the call; harmless when the far end was quicker."""
        if self.ended.is_set():
            return
        if self.answered_at is None:
            cancel = Message(
                self._invite.start.replace("INVITE", "CANCEL", 1),
                {
                    **{n: v for n, v in self._invite.headers.items() if n != "content-type"},
                    "cseq": "1 CANCEL",
                },
            )
            await self._wire.ask(cancel)
            return
        self._over()
        await self._wire.ask(self._request("BYE"))

    def take(self, request: Message, at: float) -> None:
        """A request within the call."""
        self._wire.send(request.reply(200, "OK"))
        if request.method == "BYE":
            self._over(at)

    def _response(self, answer: Message, at: float) -> None:
        if answer.status < 200:
            return
        if answer.status >= 300:
            self.status = answer.status
            if answer.headers:
                self._acknowledge(answer, new_transaction=False)
            self._over(at)
            return
        if self.answered_at is None:
            self.status, self.answered_at = answer.status, at
            self._to = answer.headers["to"]
            self._uri = answer.contact
            self.far_sound = (self._wire.far_end[0], sound_port(answer.body))
            self.on_answer()
            self.answered.set()
        self._acknowledge(answer, new_transaction=True)

    def _acknowledge(self, answer: Message, *, new_transaction: bool) -> None:
        """RFC 3261 §17.1.1.3: the ACK of a refusal belongs to the INVITE's transaction."""
        self._to = answer.headers["to"]
        ack = self._request("ACK", sequence=1)
        if not new_transaction:
            ack.headers["via"] = self._invite.headers["via"]
        self._wire.send(ack)

    def _over(self, at: float | None = None) -> None:
        if not self.ended.is_set():
            self.ended_at = monotonic() if at is None else at
            self.ended.set()
            self._callers.gone(self, self._invite)

    def _request(
        self, method: str, *, sequence: int = 0, content: str = "application/sdp", body: str = ""
    ) -> Message:
        if not sequence:
            sequence, self._sequence = self._sequence, self._sequence + 1
        wire = self._wire
        headers = {
            "via": f"SIP/2.0/UDP {wire.host}:{wire.port};branch=z9hG4bK{new_token()}",
            "max-forwards": "70",
            "from": self._from,
            "to": self._to,
            "call-id": self.id,
            "cseq": f"{sequence} {method}",
            "contact": f"<sip:{self.caller}@{wire.host}:{wire.port}>",
        }
        if body:
            headers["content-type"] = content
        return Message(f"{method} {self._uri} SIP/2.0", headers, body)


class Callers:
    """A source of calls on one loopback address; close it."""

    def __init__(self) -> None:
        """:meth:`open` is the way to get one."""
        self.wire: Wire
        self.sound: Sound
        self.offer = ""
        self.live: dict[str, CallerCall] = {}

    @classmethod
    async def open(cls, host: str, house: tuple[str, int]) -> Callers:
        """Callers at ``host`` who call the house's SIP address."""
        callers = cls()
        callers.wire = await Wire.open(host, house, callers._take)
        callers.sound = Sound(host)
        callers.offer = sound_offer(host, callers.sound.port)
        return callers

    def close(self) -> None:
        """Close the sockets; live calls are left as they are."""
        self.wire.close()
        self.sound.close()

    def call(self, number: str, caller: str) -> CallerCall:
        """Begin a call to ``number`` from ``caller``."""
        call = CallerCall(self, number, caller)
        self.live[call.id] = call
        call.invite()
        return call

    def gone(self, call: CallerCall, invite: Message) -> None:
        """The call is over."""
        self.live.pop(call.id, None)
        self.wire.forget(invite)

    def _take(self, request: Message, at: float) -> None:
        call = self.live.get(request.call)
        if call is not None and request.method != "ACK":
            call.take(request, at)
        elif request.method == "OPTIONS":
            self.wire.send(request.reply(200, "OK", new_token()))
        elif request.method == "BYE":  # both hung up at once
            self.wire.send(request.reply(200, "OK"))
