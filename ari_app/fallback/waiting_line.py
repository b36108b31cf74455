"""The queue of a caller for whom no controller decides: the client's free agents are rung."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ari_app.fallback.phones import Phones
from ari_app.flow import events as e
from ari_app.snapshot.preferences import own_ring_seconds

LOOK_SECONDS = 2.0
RING_AGAIN_SECONDS = 4.0
"""After ringing in vain; meanwhile the caller hears what the queue has to say."""
NOBODY_SECONDS = 10.0
"""How long all phones may be away at once: one that loses its registration comes back."""
RING_SECONDS = 20.0


@dataclass(slots=True)
class WaitingLine:
    """One caller's place.

    ``ring_seconds(client, queue)`` is how long phones ring at a time, but for agents who have a
    time of their own; ``music(client, queue, wanted)`` is what the caller hears.
    """

    phones: Phones
    ring_seconds: Callable[[str, str], float]
    music: Callable[[str, str | None, str], str]
    clock: Callable[[], float]
    _look_at: float = field(default=0.0, init=False)
    _nobody_since: float | None = field(default=None, init=False)

    def join(self, client: str, queue: str) -> Sequence[e.Event]:
        """Take the caller in, or say that nobody is there. Nobody knows who else waits."""
        reachable = self.phones.look(client).reachable
        if reachable == 0 and self._nobody_since is None:
            return [e.QueueRefused(queue, "no_agents")]
        return [e.QueueJoined(queue, None, reachable)]

    def look(self, client: str, queue: str) -> e.Event | None:
        """If it is time, look who is free: ring them all, or send the caller on."""
        now = self.clock()
        if now < self._look_at:
            return None
        self._look_at = now + LOOK_SECONDS
        found = self.phones.look(client)
        if found.reachable:
            self._nobody_since = None
        elif self._nobody_since is None:
            self._nobody_since = now
        elif now - self._nobody_since > NOBODY_SECONDS:
            self._nobody_since = None
            return e.QueueRefused(queue, "no_agents")
        if not found.agents:
            return None
        own = own_ring_seconds(self.phones.agents, found.agents)
        return e.AgentsReserved(queue, found.agents, self.ring_seconds(client, queue), own)

    def next_look_in(self) -> float:
        """Return the seconds until there is something to look for."""
        return max(0.05, self._look_at - self.clock())

    def pause(self) -> None:
        """Phones rang: let some time pass before they ring again."""
        self._look_at = self.clock() + RING_AGAIN_SECONDS
