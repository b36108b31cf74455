"""Calls from the outside world to the house, as callers place them, and how phones answer."""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from ari_app.flow.said import Said, Word
from ari_app.settings import Settings
from ari_app.simulator.leg_file import leg_file
from ari_app.standalone.outside_ami import OutsideAmi
from ari_app.standalone.service_error import ServiceError

Happening = Literal["ringing", "answered", "hung_up"]

_NUMBER = re.compile(r"[^\s@<>\"]+")
_KEYS = re.compile(r"[0-9*#A-DwW]*")
_PAUSES = {"w": 0.5, "W": 1.0}
_ANSWER = re.compile(r"(answer|silent)(:\d+(\.\d+)?){0,2}|busy|refuse|no_answer")
_RING_SECONDS = 120
_LONGEST_SECONDS = 3600
_RINGING, _UP = "5", "6"  # channel states


@dataclass(frozen=True)
class CallEvent:
    """`at` is in Unix seconds. A call that ended has a cause (ITU-T Q.850) and its text."""

    kind: Happening
    at: float
    cause: int = 0
    text: str = ""


class OutsideCall:
    """A call on its way. `heard` is what the caller hears, a WAV file that grows meanwhile.

    `leg` is what the ear writes down of it, for `read_leg`; `None` until the call has begun.
    """

    def __init__(self, settings: Settings, ami: OutsideAmi, channel_id: str) -> None:
        self.heard = settings.heard / f"{channel_id}.wav"
        self.leg: Path | None = None
        self.events: list[CallEvent] = []
        self._settings = settings
        self._ami = ami
        self._channel_id = channel_id
        self._channel = ""
        self._changed = asyncio.Condition()

    @classmethod
    @asynccontextmanager
    async def place(
        cls,
        settings: Settings,
        number: str,
        from_number: str,
        name: str = "",
        *,
        press: str = "",
        hang_up_after: float | None = None,
        silent: bool = False,
    ) -> AsyncIterator[Self]:
        """Call `number` of the house; hangs up at the end of the block.

        Once answered the caller speaks until somebody hangs up, or does not if `silent`, and
        presses the keys of `press` meanwhile, in which `w` waits half a second and `W` a whole
        one. `hang_up_after` counts seconds from the answer.
        """
        if not _NUMBER.fullmatch(number) or not _NUMBER.fullmatch(from_number):
            raise ServiceError(
                Said(
                    "{number!r} from {from_number!r} is no call that can be placed.",
                    number=number,
                    from_number=from_number,
                )
            )
        if not _KEYS.fullmatch(press):
            raise ServiceError(
                Said("{keys!r} are no keys: use 0-9 * # A-D, w and W to wait.", keys=press)
            )
        channel_id = f"outside-{uuid.uuid4()}"
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        async with OutsideAmi.connect(settings) as ami:
            call = cls(settings, ami, channel_id)
            await ami.act(
                "Originate",
                variables={
                    "CALL": channel_id,
                    "DO": "say_nothing" if silent else "speak",
                    "HANG_UP_AFTER": f"{hang_up_after or _LONGEST_SECONDS:.3f}",
                },
                Channel=f"PJSIP/{number}@house",
                ChannelId=channel_id,
                Context="caller",
                Exten="s",
                Priority="1",
                CallerID=f'"{quoted}" <{from_number}>',
                Timeout=str(_RING_SECONDS * 1000),
                Async="true",
            )
            tasks = [asyncio.create_task(call._follow())]
            if press:
                tasks.append(asyncio.create_task(call._press_once_answered(press)))
            try:
                yield call
                await call.hang_up()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def wait_for(self, kind: Happening, seconds: float = 10) -> CallEvent:
        """Return the event when it happens; `ServiceError` when it does not, or no more can."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._find(kind, "hung_up"))
        except TimeoutError as error:
            raise ServiceError(
                Said(
                    "The call is not {kind} within {seconds:g} s.", kind=Word(kind), seconds=seconds
                )
            ) from error
        found = self._find(kind)
        if found is None:
            raise ServiceError(
                Said(
                    "The call ended before it was {kind}: {text}.",
                    kind=Word(kind),
                    text=self.events[-1].text,
                )
            )
        return found

    async def follow(self) -> AsyncIterator[CallEvent]:
        """Every event from the beginning to the end of the call."""
        told = 0
        while not told or self.events[told - 1].kind != "hung_up":
            async with self._changed:
                await self._changed.wait_for(lambda: len(self.events) > told)  # noqa: B023
            yield self.events[told]
            told += 1

    async def press(self, keys: str) -> None:
        """Press keys while the caller is listening or speaking; `w` and `W` wait as in `place`."""
        if not _KEYS.fullmatch(keys):
            raise ServiceError(
                Said("{keys!r} are no keys: use 0-9 * # A-D, w and W to wait.", keys=keys)
            )
        for key in keys:
            if key in _PAUSES:
                await asyncio.sleep(_PAUSES[key])
            else:
                await self._ami.act("PlayDTMF", Channel=self._channel, Digit=key, Duration="120")
                await asyncio.sleep(0.25)

    async def hang_up(self) -> None:
        """The caller hangs up; done already is fine."""
        if not self._find("hung_up"):
            with suppress(ServiceError):  # the other side was quicker
                await self._ami.act("Hangup", Channel=self._channel or self._channel_id)
            await self.wait_for("hung_up")

    async def _press_once_answered(self, keys: str) -> None:
        with suppress(ServiceError):  # nobody answers, or somebody hangs up before the last key
            await self.wait_for("answered", _LONGEST_SECONDS)
            await self.press(keys)

    def _find(self, *kinds: Happening) -> CallEvent | None:
        return next((event for event in self.events if event.kind in kinds), None)

    async def _follow(self) -> None:
        """Note what happens to the call; with the outside world itself the call ends as well."""
        try:
            while not self._find("hung_up"):
                fields = await self._ami.next_event()
                if fields.get("Uniqueid") == self._channel_id:
                    await self._note(fields)
        except ServiceError as error:
            await self._happened(CallEvent("hung_up", time.time(), 0, str(error).rstrip(".")))

    async def _note(self, fields: dict[str, str]) -> None:
        self._channel = fields.get("Channel", self._channel)
        event = _read(fields)
        if event is not None and not self._find(event.kind):
            await self._happened(event)
        if self.leg is None and not self._find("hung_up"):
            with suppress(ServiceError):  # it has no SIP yet, or is over this moment
                answer = await self._ami.act(
                    "Getvar", Channel=self._channel, Variable="CHANNEL(pjsip,call-id)"
                )
                if answer.get("Value"):
                    self.leg = leg_file(self._settings.heard, answer["Value"])

    async def _happened(self, event: CallEvent) -> None:
        async with self._changed:
            self.events.append(event)
            self._changed.notify_all()


def _read(fields: dict[str, str]) -> CallEvent | None:
    now = time.time()
    match fields["Event"], fields.get("ChannelState"):
        case "Newstate", state if state == _RINGING:
            return CallEvent("ringing", now)
        case "Newstate", state if state == _UP:
            return CallEvent("answered", now)
        case "Hangup", _:
            return CallEvent("hung_up", now, int(fields["Cause"]), fields["Cause-txt"])
    return None


async def answer_with(settings: Settings, agent: str, how: str) -> None:
    """Tell an agent's phone how to answer from now on.

    `answer[:delay[:talk]]` rings `delay` seconds (1) and speaks `talk` seconds (8; 0 = until cut
    off), `silent[:delay[:talk]]` says nothing meanwhile; `busy`, `refuse`, `no_answer`.
    """
    if not _ANSWER.fullmatch(how):
        raise ServiceError(
            Said("A phone cannot answer with {how!r}: see asterisk_conf/outside.", how=how)
        )
    async with OutsideAmi.connect(settings) as ami:
        await ami.act("Setvar", Variable=f"AGENT_{agent}", Value=how)
