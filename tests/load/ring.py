"""How an agent's phone takes a call, and what became of one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tests.load.heard import Heard
from tests.load.message import Message, new_token, sound_port


@dataclass(frozen=True, slots=True)
class Manner:
    """How a phone takes a call: rings so long, then answers and hangs up after ``talk_seconds``.

    ``talk_seconds`` ``None`` waits for the caller; ``status`` other than 200 refuses. ``speaks``:
    whether it sends sound, without which Asterisk has nothing to record.
    """

    ring_seconds: float = 0.0
    talk_seconds: float | None = None
    status: int = 200
    speaks: bool = False


@dataclass(slots=True)
class Ring:
    """One call at a phone. Times are monotonic seconds; ``ended_by`` is ``agent`` or ``house``.

    ``heard`` is what the agent heard, of phones that listen.
    """

    agent: str
    invite: Message
    at: float
    tag: str = field(default_factory=new_token)
    answered_at: float | None = None
    ended_at: float | None = None
    ended_by: str = ""
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    heard: Heard | None = None

    @property
    def far_sound(self) -> tuple[str, int]:
        """Where the house sends and takes this call's sound; the host stands in the c= line."""
        host = self.invite.body.partition("c=IN IP4 ")[2].split("\r\n", 1)[0]
        return host, sound_port(self.invite.body)
