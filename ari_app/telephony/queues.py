"""The waiting callers of this node, and their way to an agent.

Who is served next is decided by :func:`ari_app.acd.match.match`; this file keeps the line for it,
reserves what it decided, and tells the calls. The line can be built anew from the runs, each of
which joins again when it is resumed: it is never the only place where a caller waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from ari_app.acd.line import Line
from ari_app.acd.match import Assignment, match
from ari_app.acd.position import Place, place
from ari_app.acd.presence import Presence, presence
from ari_app.acd.waiting import Waiting
from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.live.agents import AgentBoard
from ari_app.snapshot.preferences import music, own_ring_seconds
from ari_app.snapshot.reader import Snapshot
from ari_app.telephony.agent_line import AgentLine
from ari_app.telephony.call import Call

log = structlog.get_logger(__name__)

Post = Callable[[Call, e.Event], None]

AT_ONCE = 32
"""Assignments of one decision: more of them would hold the event loop (match.py)."""

PAUSE_AFTER_MISSED = 3
"""Rings in vain, one after another, after which an agent is taken out of the queue."""

PLACES_EVERY_SECONDS = 1.0
AWAY_SECONDS = {Presence.NOBODY: 10.0, Presence.ON_BREAK: 120.0}
"""How long each caller of a client may wait for nobody, or for agents of whom each is on a break,
before leaving by ``no_agents``. A phone that loses its registration for a moment must not send
everybody away, nor must a short break."""

HANDLING_SECONDS = 180.0
"""Talk and wrap-up to expect of a queue that has no history yet."""


class Queues:
    """Lines callers up, decides after every change, rings nobody: the runs do that."""

    def __init__(
        self, board: AgentBoard, snapshot: Callable[[], Snapshot], clock: Callable[[], float]
    ) -> None:
        self._board = board
        self._agents = AgentLine(board, self.kick)
        self._snapshot = snapshot
        self._clock = clock
        self._line = Line()
        self._calls: dict[str, Call] = {}
        self._missed: dict[str, frozenset[str]] = {}
        self._told: dict[str, Place] = {}
        self._wake = asyncio.Event()
        self._away_since: dict[str, tuple[Presence, float]] = {}
        self.post: Post = _nobody_listens

    def __len__(self) -> int:
        return len(self._line)

    def join(self, call: Call, command: c.JoinQueue) -> None:
        """Line the call up, or tell it why not."""
        queue = self._snapshot().queue(call.client, command.queue) or {}
        here = sum(1 for other in self._line if self._same_queue(other, call, command.queue))
        limit = int(queue.get("max_waiting") or 0)
        if limit and here >= limit and not command.back:
            self.post(call, e.QueueRefused(command.queue, "full"))
            return
        if presence(self._board.view(), call.client) is Presence.NOBODY:
            self.post(call, e.QueueRefused(command.queue, "no_agents"))
            return
        self._calls[call.id] = call
        self._line.join(
            Waiting(
                call=call.id,
                client=call.client,
                queue=command.queue,
                since=command.since,
                priority=command.priority,
                weight=float(queue.get("weight", 1)),
                strategy=str(queue.get("strategy", "longest_idle")),
                ring_seconds=float(queue.get("ring_seconds", 20)),
                agent=command.agent,
                missed_agents=self._missed.get(call.id, frozenset()),
            )
        )
        spot = self._told[call.id] = self._place(call)
        joined = e.QueueJoined(command.queue, spot.position, spot.agents, spot.wait_seconds)
        self.post(call, joined)
        self.kick()

    def leave(self, call: Call, command: c.LeaveQueue) -> None:
        """Take the call out of the line."""
        self._remove(call.id)

    def forget(self, call: Call) -> None:
        """The call is over, or not ours any more."""
        self._remove(call.id)
        self._missed.pop(call.id, None)

    def ringing(self, call: Call, command: c.RingAgent) -> None:
        """The agent's phone is being rung for the call."""
        self._agents.ringing(command.agent, call.id, command.ring_seconds)

    def talking(self, call: Call, leg: str) -> None:
        """The agent behind the leg talks with the caller."""
        party = call.run.legs.get(leg)
        if party is not None and party.agent is not None:
            self._agents.talking(party.agent, call.id)

    def release(self, call: Call, command: c.ReleaseAgent) -> None:
        """The call lets go of the agent, who wraps up after a talk."""
        if command.result in ("no_answer", "busy", "refused", "unreachable", "wordless"):
            self._missed[call.id] = self._missed.get(call.id, frozenset()) | {command.agent}
        seconds = self._wrap_up_seconds(call, command) if command.result == "talked" else 0.0
        self._agents.release(command.agent, call.id, command.result, seconds, PAUSE_AFTER_MISSED)

    def _wrap_up_seconds(self, call: Call, command: c.ReleaseAgent) -> float:
        """What is left of the wrap-up: a talk may have ended while no controller was there."""
        queue = self._snapshot().queue(call.client, call.run.last_queue or "") or {}
        now = self._clock()
        gone = now - (now if command.since is None else command.since)
        return max(0.0, float(queue.get("wrap_up_seconds", 10)) - gone)

    def music(self, call: Call, wanted: str) -> str:
        """Return the music for a caller of whom the node wants this."""
        name = call.run.queue or call.run.last_queue
        return music(self._snapshot().queue(call.client, name) if name else None, wanted)

    def kick(self) -> None:
        """Something changed: decide anew."""
        self._wake.set()

    async def close(self) -> None:
        """Wait until the board knows all that happened."""
        await self._agents.close()

    async def run(self) -> None:
        """Decide after every change, and once a second look after places, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._decide_after_changes())
            tasks.create_task(self._look_after_places())

    async def _decide_after_changes(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._decide()

    async def _look_after_places(self) -> None:
        while True:
            await asyncio.sleep(PLACES_EVERY_SECONDS)
            self._tell_places()
            self._tell_nobody_there()
            self.kick()  # who rested after a missed ring may be rung again

    async def _decide(self) -> None:
        while made := match(self._line, self._board.view(), self._clock(), limit=AT_ONCE):
            won = await asyncio.gather(*(self._reserve(assignment) for assignment in made))
            if not any(won):
                return  # others were faster, or Redis is away: the next change decides anew

    async def _reserve(self, assignment: Assignment) -> bool:
        won = await asyncio.gather(
            *(self._board.reserve(agent, assignment.call) for agent in assignment.agents)
        )
        agents = tuple(a for a, yes in zip(assignment.agents, won, strict=True) if yes)
        call = self._calls.get(assignment.call)
        if call is None:
            for agent in agents:
                self._agents.release(agent, assignment.call, "cancelled")
        elif agents:
            self._remove(call.id)
            own = own_ring_seconds(self._snapshot().agents, agents)
            ring = e.AgentsReserved(assignment.queue, agents, assignment.ring_seconds, own)
            self.post(call, ring)
        return bool(agents)

    def _remove(self, call_id: str) -> None:
        self._line.leave(call_id)
        self._calls.pop(call_id, None)
        self._told.pop(call_id, None)

    def _place(self, call: Call) -> Place:
        spot = place(
            self._line,
            call.id,
            self._board.view(),
            self._clock(),
            handling_seconds=HANDLING_SECONDS,
        )
        return spot or Place(1, 0, None)

    def _tell_places(self) -> None:
        for waiting in list(self._line):
            call = self._calls[waiting.call]
            spot = self._place(call)
            if self._told.get(call.id) != spot:
                self._told[call.id] = spot
                moved = e.QueueMoved(waiting.queue, spot.position, spot.wait_seconds)
                self.post(call, moved)

    def _tell_nobody_there(self) -> None:
        clients = {waiting.client for waiting in self._line}
        # Without callers nobody looks who is there, so what was known says nothing of now.
        self._away_since = {c: since for c, since in self._away_since.items() if c in clients}
        alone = {client for client in clients if self._are_left_alone(client)}
        for waiting in [each for each in self._line if each.client in alone]:
            if self._clock() - waiting.since <= AWAY_SECONDS[self._away_since[waiting.client][0]]:
                continue  # others have waited so long
            call = self._calls[waiting.call]
            self._remove(call.id)
            self.post(call, e.QueueRefused(waiting.queue, "no_agents"))

    def _are_left_alone(self, client: str) -> bool:
        """Whether nobody has been there for the client's callers for too long."""
        now, found = self._clock(), presence(self._board.view(), client)
        if found is Presence.HERE:
            self._away_since.pop(client, None)
            return False
        before, since = self._away_since.get(client, (found, now))
        self._away_since[client] = (found, since if found is before else now)
        return now - self._away_since[client][1] > AWAY_SECONDS[found]

    @staticmethod
    def _same_queue(other: Waiting, call: Call, queue: str) -> bool:
        return other.client == call.client and other.queue == queue


def _nobody_listens(call: Call, event: e.Event) -> None:
    raise RuntimeError(f"queues without a switchboard: {event} of call {call.id}")
