"""The node type ``queue``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ari_app.flow import announcements, line, ring, talk
from ari_app.flow import events as e
from ari_app.flow.node import Exit, Node
from ari_app.flow.setting import Between, Count, Doc, MusicName, Prompt, QueueSlug
from ari_app.flow.walk import PLAY_SECONDS

if TYPE_CHECKING:
    from ari_app.flow.walk import Walk

_RING_GRACE_SECONDS = 5
"""Asterisk gives up ringing first; this is for a phone that it forgot."""


@dataclass(frozen=True)
class Queue(Node):
    """Lets the caller wait for an agent, with music, and connects the two.

    The wait counts from the first queue of the call, also after an agent did not answer, hung up
    within a second, or was lost. A caller who stood in the line keeps the place, even if the queue
    is full by now. Each key that is an exit leaves the queue (`*` to a callback, say).
    `busy_greeting` is played only to callers for whom nobody is free. Announcements take turns with
    `comfort_prompts`.

    ```json
    {
      "type": "queue",
      "queue": "reception",
      "max_wait_seconds": 300,
      "busy_greeting": "standard:queue/busy",
      "announce_position_seconds": 45,
      "comfort_prompts": ["standard:queue/key_callback"],
      "exits": {"*": "callback", "timeout": "voicemail", "done": "survey"}
    }
    ```
    """

    KEYS = True
    EXITS: ClassVar[dict[str, Exit]] = {
        "done": Exit("The talk with an agent is over.", ends=True),
        "timeout": Exit("Nobody answered within `max_wait_seconds`."),
        "no_agents": Exit(
            "No agent of the client is on duty, or all are on a break for long.", instead="timeout"
        ),
        "full": Exit("The queue takes no more callers.", instead="timeout"),
    }

    queue: Annotated[QueueSlug, Doc("The queue.")]
    max_wait_seconds: Annotated[
        int, Between(5, 7200), Doc("How long the caller waits at most.")
    ] = 600
    priority: Annotated[int, Between(0, 100), Doc("Callers with more are served first.")] = 0
    music: Annotated[MusicName, Doc("The music while waiting.")] = "default"
    busy_greeting: Annotated[Prompt | None, Doc("Played when nobody is free.")] = None
    announce_position_seconds: Annotated[
        int,
        Between(0, 600),
        Doc("Say the caller's place when the wait begins, and every so many seconds; 0: never."),
    ] = 0
    announce_wait: Annotated[
        bool, Doc("Say with the place how long the wait will be, as far as that is known.")
    ] = False
    comfort_prompts: Annotated[
        tuple[Prompt, ...], Count(0, 20), Doc("Played one after another while the caller waits.")
    ] = ()
    comfort_seconds: Annotated[
        int, Between(5, 600), Doc("Seconds between two comfort prompts.")
    ] = 60

    def enter(self, walk: Walk) -> None:
        walk.run.sought = True
        walk.run.digits = ""
        walk.memory["until"] = walk.now + self.max_wait_seconds
        announcements.plan(walk, self)
        self._line_up(walk)

    def handle(self, walk: Walk, event: e.Event) -> None:
        if isinstance(event, e.LegHungUp):
            self._talk_ended(walk, event)
        elif talk.talking(walk) is not None:
            return
        elif isinstance(event, e.AgentsReserved):
            self._ring(walk, event)
        elif isinstance(event, e.LegAnswered):
            self._answered(walk, event.leg)
        elif isinstance(event, e.LegFailed):
            ring.miss(walk, walk.run.legs[event.leg], event.reason, alive=False)
            self._back_in_line(walk)
        elif isinstance(event, e.WaitTimedOut):
            self._timed_out(walk)
        else:
            self._waiting(walk, event)

    def resume(self, walk: Walk, event: e.Resumed) -> None:
        leg = talk.talking(walk)
        if leg is not None:
            if leg.id in event.answered:
                talk.resume(walk, leg)
            else:
                self._talk_ended(walk, walk.leg_end(leg.id) or e.LegHungUp(leg.id, lost=True))
            return
        for leg in ring.ringing(walk):
            if leg.id in event.answered:
                self._answered(walk, leg.id)
                return
            if leg.id not in event.ringing:
                ring.miss(walk, leg, "unreachable", alive=False)
        walk.stop_playing()
        walk.run.music = False
        if ring.ringing(walk):
            walk.start_music(self.music)
            self._wait(walk)
        else:
            self._line_up(walk)

    def _line_up(self, walk: Walk) -> None:
        priority = self.priority + int(walk.memory.get("returned", 0))
        line.join(walk, self.queue, priority)
        announcements.forget_place(walk)
        self._music(walk)

    def _music(self, walk: Walk) -> None:
        if walk.run.playing is None:
            walk.start_music(self.music)
        self._wait(walk)

    def _wait(self, walk: Walk) -> None:
        """Wait until the next thing that this node does by itself."""
        memory = walk.memory
        if ring.ringing(walk):
            names = ["until", "ring_until"]
        elif walk.run.playing is not None:
            names = ["until", "play_until"]
        else:
            names = ["until", *announcements.TIMES]
        walk.wait("queue", until=min(memory[name] for name in names if name in memory))

    def _waiting(self, walk: Walk, event: e.Event) -> None:
        memory = walk.memory
        if isinstance(event, e.QueueJoined):
            line.joined(walk, event.position)
            memory["position"], memory["wait"] = event.position, event.wait_seconds
            memory["on_break"] = event.agents == 0
        elif isinstance(event, e.QueueMoved):
            memory["position"], memory["wait"] = event.position, event.wait_seconds
        elif isinstance(event, e.PlayFinished):
            self._music(walk)
        elif isinstance(event, e.QueueRefused):
            self._leave(walk, event.reason if event.reason == "full" else "no_agents")
        elif isinstance(event, e.DtmfReceived) and event.digit in walk.exits:
            walk.entry("digits_received", node=walk.name, digits=event.digit)
            self._leave(walk, "key", event.digit)

    def _leave(self, walk: Walk, reason: str, exit_name: str = "") -> None:
        ring.miss_all(walk, "cancelled")
        walk.stop_playing()
        walk.stop_music()
        line.leave(walk, reason)
        walk.leave(exit_name or reason)

    def _ring(self, walk: Walk, event: e.AgentsReserved) -> None:
        line.joined(walk, walk.memory.get("position"))
        left = max(1.0, walk.memory["until"] - walk.now)
        longest = 0.0
        for agent in event.agents:
            seconds = min(event.own_seconds.get(agent, event.ring_seconds), left)
            ring.ring_agent(walk, agent, seconds)
            longest = max(longest, seconds)
        if ring.ringing(walk):
            walk.memory["ring_until"] = walk.now + longest + _RING_GRACE_SECONDS
            self._wait(walk)

    def _answered(self, walk: Walk, leg: str) -> None:
        queue = walk.run.queue
        line.leave(walk, "answered")
        talk.begin(walk, walk.run.legs[leg], queue)

    def _back_in_line(self, walk: Walk) -> None:
        if ring.ringing(walk):
            return
        if walk.now >= walk.memory["until"]:
            self._leave(walk, "timeout")
        else:
            self._line_up(walk)

    def _talk_ended(self, walk: Walk, event: e.LegHungUp) -> None:
        if event.lost:
            self._lost(walk, event.leg)
            return
        wordless = not talk.counts(walk, walk.run.legs[event.leg])
        talk.end(walk, walk.run.legs[event.leg], "agent", alive=False)
        if wordless:
            walk.memory.setdefault("returned", 1)  # the wait goes on, in front
            self._back_in_line(walk)
            return
        walk.run.queued_at = None
        walk.memory["ended_by"] = "agent"
        walk.leave("done")

    def _lost(self, walk: Walk, leg: str) -> None:
        """The agent's line broke: the caller is first in the line again."""
        talk.end(walk, walk.run.legs[leg], "lost", alive=False)
        memory = walk.memory
        memory["returned"] = memory.get("returned", 0) + 1
        memory["until"] = walk.now + self.max_wait_seconds
        memory["play_until"] = walk.now + PLAY_SECONDS
        walk.say("standard:queue/returned")
        self._line_up(walk)

    def _timed_out(self, walk: Walk) -> None:
        memory = walk.memory
        due = walk.run.wait.deadline if walk.run.wait else None
        if due is None:
            return
        if memory["until"] <= due:
            self._leave(walk, "timeout")
        elif ring.ringing(walk):
            ring.miss_all(walk, "no_answer")
            self._back_in_line(walk)
        elif walk.run.playing is not None:
            walk.stop_playing()
            self._music(walk)
        else:
            self._speak(walk, announcements.due_words(walk, self, due))

    def _speak(self, walk: Walk, items: tuple[str, ...]) -> None:
        if items:
            walk.memory["play_until"] = walk.now + PLAY_SECONDS
            walk.say(*items)
        self._wait(walk)
