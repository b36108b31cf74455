"""One turn in the making: the run that it may change, and the words in which nodes speak."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ari_app.flow import commands as c
from ari_app.flow.entries import Entry
from ari_app.flow.run import Frame, Run, Wait

if TYPE_CHECKING:
    from ari_app.flow.events import LegHungUp
    from ari_app.flow.loaded import Flow

PLAY_SECONDS = 660
"""A play that Asterisk never reports as finished counts as finished after so long: a minute more
than the longest recording that can be imported. One that never begins is noticed sooner, by
whoever plays it."""

DIGITS = 64
"""How many keys typed early are kept."""


class Walk:
    """What nodes see of a turn.

    ``at`` is the time of all that is journalled: now, or earlier when the event says so.
    ``exit`` is the exit that the node took, ``None`` while it stays; ``start`` the first node of a
    subflow that it called. ``gone`` says that the caller's channel is no more.
    """

    __slots__ = (
        "_ids", "_leg_ends", "at", "commands", "entries", "exit", "flow", "gone", "now", "run",
        "start",
    )  # fmt: skip

    def __init__(self, flow: Flow, run: Run, now: float) -> None:
        self.flow = flow
        self.run = run
        self.now = now
        self.at = now
        self.commands: list[c.Command] = []
        self.entries: list[Entry] = []
        self.exit: str | None = None
        self.start: str | None = None
        self.gone = False
        self._ids = 0
        self._leg_ends: dict[str, LegHungUp] = {}

    @property
    def frame(self) -> Frame:
        """The place where the caller is."""
        return self.run.frames[-1]

    @property
    def memory(self) -> dict[str, Any]:
        """What the node keeps between turns: JSON, of which no value is changed in place."""
        return self.run.frames[-1].memory

    @property
    def name(self) -> str:
        """The node's name in the journal; ``subflow/node`` inside a subflow."""
        return "/".join(frame.node for frame in self.run.frames)

    @property
    def exits(self) -> dict[str, str]:
        """The node's followers by exit."""
        return self.flow.place(self.frame.flow, self.frame.node).exits

    def new_id(self) -> str:
        """Return an id that no other turn of this call, and no other call, has made.

        The counter has a fixed width, so that no id begins with another one: Asterisk 22.10.1
        refuses a channel whose id is the beginning of a living one's
        (tests/telephony/ari/test_real_requests.py).
        """
        self._ids += 1
        return f"{self.run.call}-{self.run.turn}-{self._ids:03}"

    def happened(self, at: float | None) -> None:
        """Take the turn's time from the event, if it is a sound one and not in the future."""
        self.at = self._sound(at)

    def legs_ended(self, *ends: LegHungUp) -> None:
        """Take from the event when these legs ended: what is journalled of that has this time."""
        self._leg_ends |= {end.leg: replace(end, at=self._sound(end.at)) for end in ends}

    def leg_end(self, leg: str) -> LegHungUp | None:
        """Return how the leg ended, with a sound time, if the event says so."""
        return self._leg_ends.get(leg)

    def leg_ended_at(self, leg: str) -> float:
        """Return when the leg ended: at the turn's time unless the event knows better."""
        end = self._leg_ends.get(leg)
        return self.at if end is None or end.at is None else end.at

    def entry(self, kind: str, /, **data: Any) -> None:
        """Write a line of the journal."""
        self.entries.append(Entry(kind, self.at, data))

    def leg_entry(self, kind: str, leg: str, /, **data: Any) -> None:
        """Write a line of the journal about the end of a leg."""
        self.entries.append(Entry(kind, self.leg_ended_at(leg), {"leg": leg, **data}))

    def leave(self, exit_name: str) -> None:
        """Take this exit when the node's work is done."""
        self.exit = exit_name

    def call(self, flow: str) -> None:
        """Go through a subflow, and come back to this node at its open end."""
        self.start = self.flow.graph(flow).start
        self.run.frames.append(Frame(flow, ""))

    def wait(self, kind: str, seconds: float | None = None, until: float | None = None) -> None:
        """Wait for something, at most ``seconds`` or ``until`` a time; without both, for ever."""
        deadline = until if seconds is None else self.now + seconds
        self.run.wait = Wait(self.new_id(), kind, deadline)

    def answer(self) -> None:
        """Pick up, if that has not been done."""
        if not self.run.answered:
            self.stop_playing()
            self.run.answered = True
            self.commands.append(c.Answer(self.new_id()))
            self.entry("call_answered")

    def play(self, *items: str) -> None:
        """Play prompts of the client (by slug) or of the standard set, and wait for their end."""
        self.say(*items)
        self.wait("play", PLAY_SECONDS)

    def say(self, *items: str) -> None:
        """Play prompts without waiting for their end."""
        self.answer()
        self.stop_playing()
        self.stop_music()
        run = self.run
        names = tuple(each if ":" in each else f"client:{each}" for each in items)
        run.playing = self.new_id()
        self.commands.append(c.Play(run.playing, names, run.language, self.name))

    def stop_playing(self) -> None:
        """End the prompt that plays: many of Asterisk's requests would wait for its end."""
        if self.run.playing is not None:
            self.commands.append(c.StopPlaying(self.new_id(), self.run.playing))
            self.run.playing = None

    def start_music(self, music: str) -> None:
        """Let the caller wait with music."""
        if not self.run.music:
            self.answer()
            self.stop_playing()
            self.run.music = True
            self.commands.append(c.StartMusic(self.new_id(), music))

    def stop_music(self) -> None:
        """End the waiting music."""
        if self.run.music:
            self.run.music = False
            self.commands.append(c.StopMusic(self.new_id()))

    def set_variable(self, name: str, value: str, *, secret: bool = False) -> None:
        """Set a variable of the call; a ``secret`` value is not written to the journal."""
        self.run.variables[name] = value
        self.entry("variable_set", name=name, value=None if secret else value)

    def keep_digit(self, digit: str) -> None:
        """Keep a key that was typed early for the next question."""
        if len(self.run.digits) < DIGITS:
            self.run.digits += digit

    def _sound(self, at: float | None) -> float:
        if at is None or not math.isfinite(at):
            return self.at
        return min(self.at, max(at, self.run.started_at))
