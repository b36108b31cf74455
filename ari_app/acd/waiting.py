"""A caller in a queue, as the decision sees one."""

from dataclasses import dataclass

LONGEST_IDLE = "longest_idle"
RING_ALL = "ring_all"
ROUND_ROBIN = "round_robin"
FEWEST_CALLS = "fewest_calls"
SKILL_LEVEL = "skill_level"
STRATEGIES = (LONGEST_IDLE, RING_ALL, ROUND_ROBIN, FEWEST_CALLS, SKILL_LEVEL)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One waiting call and what its queue says about it.

    ``since`` is the Unix time from which the wait counts: earlier than the call itself when a
    redial takes its old place back. ``priority`` orders callers of one queue, higher first;
    ``weight`` orders queues. ``level`` is the lowest skill level for the client that an agent must
    have. ``agent`` is the one who knows this caller; ``missed_agents`` did not answer this call.
    An unknown ``strategy`` counts as the default.
    """

    call: str
    client: str
    queue: str
    since: float
    priority: int = 0
    weight: float = 1.0
    strategy: str = LONGEST_IDLE
    ring_seconds: float = 20.0
    level: int = 0
    agent: str | None = None
    missed_agents: frozenset[str] = frozenset()
