"""One caller's call in our hands: its run, its mailbox, and what Asterisk holds for it."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from ari_app.flow import commands as c
from ari_app.flow.engine import Flow
from ari_app.flow.events import Event
from ari_app.flow.presses import Presses
from ari_app.flow.run import Run
from ari_app.snapshot.preferences import DEFAULT_MUSIC


@dataclass(slots=True)
class Talk:
    """A talk in progress: the leg, its bridge, and its recording (``None``: not recorded).

    ``joined``: the two hear each other, or that was asked for. ``beginning``: what begins the
    recording; ``monitor``: Asterisk's id of it, once it is known to run.
    """

    leg: str
    bridge: str
    recording: str | None
    joined: bool = False
    beginning: asyncio.Task[None] | None = None
    monitor: str | None = None


@dataclass(slots=True, eq=False)
class Play:
    """A prompt on its way: the command, Asterisk's names of its sounds, and the playback's id.

    ``looks`` counts how often it was looked for, ``timer`` is the next look.
    """

    command: c.Play
    media: str
    playback: str
    began: bool = False
    looks: int = 0
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True, eq=False)
class Call:
    """A live call. ``id`` is the call's, ``channel`` Asterisk's id of the caller's channel.

    Only ``run`` is saved; the rest can be found again in Asterisk after a restart. ``held``: the
    caller is in our hands; ``recovered``: we were away in the meantime. ``lost``: no sound came
    from the caller's network, and Asterisk ends the call. ``room_made``: the waiting room exists,
    and ``holding``: the caller is in it. ``music`` is heard there; it is empty when nobody knows
    which. ``silence`` that was sent and not ended is ``covered`` by what was played since.
    """

    id: str
    channel: str
    client: str
    flow: Flow
    run: Run
    bundle: str
    client_name: str = ""
    lease_expires_at: float = 0.0
    lease_capped: bool = False
    held: bool = True
    recovered: bool = False
    hanging_up: bool = False
    lost: bool = False
    holding: bool = False
    room_made: bool = False
    music: str = DEFAULT_MUSIC
    silence: Literal["none", "sent", "covered"] = "none"
    talk: Talk | None = None
    play: Play | None = None
    answered_legs: set[str] = field(default_factory=set)
    presses: Presses = field(default_factory=Presses)
    mailbox: deque[Event] = field(default_factory=deque)
    turning: bool = False

    @property
    def talking(self) -> bool:
        """Whether caller and leg hear each other."""
        return self.talk is not None and self.talk.joined

    @property
    def waiting_room(self) -> str:
        """The id of the call's holding bridge, which is made once and kept until the call ends.

        A bridge that goes is still there for a while: one made anew under its name plays nothing.
        """
        return f"{self.id}-hold"
