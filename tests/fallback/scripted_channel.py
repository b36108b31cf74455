"""A channel without Asterisk: a caller who does what the test says, in a time of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ari_app.fallback.channel import Channel, OnAnswer, Played, Rung
from ari_app.fallback.hung_up_error import HungUpError
from ari_app.snapshot.incoming import Incoming

START = 1_770_000_000.0
"""Monday, 2 February 2026, 10:40 in Ulaanbaatar."""


class ScriptedChannel(Channel):
    """``keys`` are pressed at these seconds after the beginning; ``hang_up_at`` likewise.

    ``phones`` are the states of agents' phones. An agent in ``answering`` picks up after a second
    and talks for ``talk_seconds``. ``done_things`` tells what was asked of the channel.
    """

    def __init__(
        self,
        keys: dict[float, str] | None = None,
        hang_up_at: float = 3600.0,
        phones: dict[str, str] | None = None,
        answering: str = "",
        talk_seconds: float = 10.0,
    ) -> None:
        self.unique_id = "duudlaga-1770000000.7"
        self.caller_raw = "99112233"
        self.caller_name = "Bat"
        self.incoming = Incoming("97670110001")
        self.now = START
        self.done_things: list[str] = []
        self.before_step: Callable[[], None] = _nothing
        self._keys = sorted((keys or {}).items())
        self._hang_up_at = START + hang_up_at
        self._phones = phones or {}
        self._answering = answering
        self._talk_seconds = talk_seconds

    def answer(self) -> None:
        self._do("answer")

    def play(self, sound: str, offset: int, seconds: float) -> Played:
        self._do(f"play {Path(sound).name} from {offset}")
        began = self.now
        key = self._spend(max(0.0, seconds - offset / 8000))
        return Played(key, offset + round((self.now - began) * 8000))

    def wait(self, seconds: float) -> str:
        return self._spend(seconds)

    def record(
        self, file: str, finish_on: str, max_seconds: int, silence_seconds: int, *, beep: bool
    ) -> float:
        self._do(f"record {Path(file).name}")
        began = self.now
        while self.now < began + max_seconds:
            key = self._spend(began + max_seconds - self.now)
            if key and key in finish_on:
                break
        return self.now - began

    def start_music(self, music: str) -> None:
        self._do(f"music {music}")

    def stop_music(self) -> None:
        self._do("no music")

    def phone_state(self, agent: str) -> str:
        return self._phones.get(agent, "UNAVAILABLE")

    def show_caller(self, name: str, number: str) -> None:
        self._do(f"show {name} {number}")

    def show_forwarding(self, number: str) -> None:
        self._do(f"forwarded by {number}")

    def ring(
        self, endpoints: Mapping[str, int], music: str, on_answer: OnAnswer, *, keys: bool
    ) -> Rung:
        rung = " ".join(f"{endpoint} for {seconds}" for endpoint, seconds in endpoints.items())
        self._do(f"ring {rung} with {music}")
        if self._answering:
            self._spend(1.0, by_key=False)
            on_answer(f"PJSIP/agent-{self._answering}-0000000a", self.now)
            self._spend(self._talk_seconds, by_key=False)
            return Rung("ANSWER")
        key = self._spend(max(endpoints.values()), by_key=keys)
        return Rung("CANCEL", key) if key else Rung("NOANSWER")

    def record_talk(self, caller_file: str, agent_file: str) -> None:
        self._do(f"monitor {Path(caller_file).name} {Path(agent_file).name}")

    def stop_recording_talk(self) -> None:
        self._do("no monitor")

    def end_leg(self, leg: str) -> None:
        self._do(f"end {leg}")

    def done(self) -> None:
        self._do("done")

    def clock(self) -> float:
        """The time on this channel."""
        return self.now

    def _do(self, what: str) -> None:
        if self.now >= self._hang_up_at:
            raise HungUpError("the caller hung up")
        self.done_things.append(what)

    def _spend(self, seconds: float, *, by_key: bool = True) -> str:
        """Let time pass until its end, a key, or the end of the call."""
        self.before_step()
        until = min(self.now + seconds, self._hang_up_at)
        if by_key and self._keys and START + self._keys[0][0] <= until:
            at, key = self._keys.pop(0)
            self.now = max(self.now, START + at)
            return key
        self.now = until
        if self.now >= self._hang_up_at:
            raise HungUpError("the caller hung up")
        return ""


def _nothing() -> None:
    """Nothing happens in between."""
