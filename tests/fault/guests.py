"""The callers of a drill, each with what it heard and what it may expect."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass
from time import monotonic

from ari_app.simulator.known_sounds import KnownSounds
from tests.fault.clients import NUMBERS, VOICEMAIL
from tests.load.callers import CallerCall, Callers
from tests.load.heard import Heard

_numbers = itertools.count(97600000000 + int(time.time() * 10) % 100_000_000)


@dataclass(slots=True)
class Guest:
    """One call. ``place`` is where its number leads; ``left_at`` when the caller had enough.

    ``vanished``: the caller's line is gone without a word.
    """

    place: str
    call: CallerCall
    heard: Heard
    speaks_since: float | None = None
    left_at: float | None = None
    vanished: bool = False

    @property
    def caller(self) -> str:
        """The caller's number, which no other call has."""
        return self.call.caller

    @property
    def reached(self) -> bool:
        """Whether the call was answered; one that Asterisk never answered may have no channel."""
        return self.call.answered_at is not None

    @property
    def refused(self) -> bool:
        """Whether the house turned the call away, though the caller did not hang up."""
        return self.left_at is None and self.call.status >= 300

    def silence(self, until: float) -> float:
        """The longest time without sound while there should have been some, in seconds."""
        if self.call.answered_at is None or self.vanished:
            return 0.0
        ends = (self.left_at, self.call.ended_at, self.speaks_since, until)
        end = min(moment for moment in ends if moment is not None)
        return self.heard.longest_silence(self.call.answered_at, end)

    def first_sound_seconds(self) -> float | None:
        """From the call to the first sound."""
        if self.heard.first_at is None or self.call.invited_at is None:
            return None
        return self.heard.first_at - self.call.invited_at


class Guests:
    """Places calls and listens to them; ``all`` are those of this drill."""

    def __init__(self, callers: Callers, sounds: KnownSounds) -> None:
        """:meth:`open` is the way to get them."""
        self.all: list[Guest] = []
        self.sound = callers.sound
        self.sounds = sounds
        self._callers = callers
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, host: str, house: tuple[str, int], sounds: KnownSounds) -> Guests:
        """Callers at a loopback address of their own, who know these sounds when they hear them."""
        return cls(await Callers.open(host, house), sounds)

    async def close(self) -> None:
        """Fall silent, without hanging up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._callers.close()

    def call(self, place: str) -> Guest:
        """Begin a call to this place."""
        guest = Guest(
            place, self._callers.call(NUMBERS[place], str(next(_numbers))), Heard(self.sounds)
        )
        self.all.append(guest)
        task = asyncio.create_task(self._attend(guest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return guest

    async def press(self, guest: Guest, key: str) -> None:
        """Press a key, if there is somebody to hear it."""
        if guest.call.answered_at is None or guest.call.ended.is_set():
            return
        try:
            await guest.call.press(key)
        except ValueError as error:
            # The house hung up at this moment, or Asterisk is dead and says nothing.
            if not any(status in str(error) for status in ("481", "408")):
                raise

    async def leave(self, guest: Guest) -> None:
        """Hang up."""
        if guest.left_at is None and not guest.vanished and not guest.call.ended.is_set():
            guest.left_at = monotonic()
            await guest.call.hang_up()

    def vanish(self) -> None:
        """All of these callers' lines are gone: nothing is sent or answered any more."""
        for guest in self.all:
            guest.vanished = guest.vanished or not guest.call.ended.is_set()
        self._callers.close()

    def live(self, *places: str) -> list[Guest]:
        """The calls that are up, at these places or anywhere."""
        return [
            guest
            for guest in self.all
            if guest.reached
            and not guest.vanished
            and not guest.call.ended.is_set()
            and (not places or guest.place in places)
        ]

    async def _attend(self, guest: Guest) -> None:
        """Listen and speak from the answer to the end."""
        call = guest.call
        moments = [asyncio.ensure_future(each.wait()) for each in (call.answered, call.ended)]
        try:
            await asyncio.wait(moments, return_when=asyncio.FIRST_COMPLETED)
            if not call.answered.is_set():
                return
            if guest.left_at is not None:  # Asterisk was dead when the caller gave up
                await call.hang_up()
                return
            self.sound.hear(call.far_sound[1], guest.heard)
            self.sound.say(call.far_sound)
            if guest.place == VOICEMAIL:
                await self._speak_after_the_prompt(guest)
            await call.ended.wait()
            self.sound.stop(call.far_sound)
        finally:
            for moment in moments:
                moment.cancel()

    async def _speak_after_the_prompt(self, guest: Guest) -> None:
        """After a prompt of a second and the tone it is the caller's turn to be heard."""
        await guest.heard.anything.wait()
        await asyncio.sleep(2.0)
        guest.speaks_since = monotonic()
