"""A caller who listens, and does something when a prompt has been heard."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic

from ari_app.simulator.known_sounds import KnownSounds
from tests.load.callers import CallerCall, Callers
from tests.load.heard import Heard

_LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 60.0


class Listener:
    """``turns`` are the (from, to) in which it was the caller's turn to press or to speak."""

    def __init__(
        self, callers: Callers, call: CallerCall, sounds: KnownSounds, *, speaks: bool = True
    ) -> None:
        """Listen to a call that has just begun; who ``speaks`` does so from the answer on."""
        self.call = call
        self.heard = Heard(sounds)
        self.turns: list[tuple[float, float]] = []
        self.keys_at: list[float] = []
        self._sound, self._speaks = callers.sound, speaks
        call.on_answer = self._begin

    async def answered(self) -> None:
        """``TimeoutError`` when nobody answers."""
        async with asyncio.timeout(10):
            await self.call.answered.wait()

    async def ended(self) -> None:
        """Stay until the house hangs up."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.call.ended.wait()

    def stop(self) -> None:
        """Listen no more."""
        self._sound.stop(self.call.far_sound)

    def _begin(self) -> None:
        self._sound.hear(self.call.far_sound[1], self.heard, since=self.call.invited_at)
        if self._speaks:
            self._sound.say(self.call.far_sound)

    async def press_after(self, prompt: str, keys: str) -> None:
        """Press when this prompt has been heard."""
        since = await self._heard(prompt)
        self.keys_at.append(monotonic())
        with suppress(ValueError):  # the house hung up meanwhile
            await self.call.press(keys)
        self.turns.append((since, monotonic()))

    async def speak_after(self, prompt: str, seconds: float, key: str) -> None:
        """Speak for so long when this prompt and the tone have been heard; then press."""
        since = await self._heard(prompt)
        await asyncio.sleep(seconds)
        with suppress(ValueError):
            await self.call.press(key)
        self.turns.append((since, monotonic()))

    async def _heard(self, prompt: str) -> float:
        """When the prompt came to its end; ``TimeoutError`` when it never did."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.call.ended.is_set():
                for span in self.heard.spans:
                    named = span.sound is not None and span.sound.is_named(f"/{prompt}")
                    if named and monotonic() - span.end > 2 * _LOOK_SECONDS:
                        return span.end
                await asyncio.sleep(_LOOK_SECONDS)
        return monotonic()
