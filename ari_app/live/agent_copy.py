"""A controller's own copy of all agents: what it decides on, and all there is without Redis."""

from collections import deque
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from ari_app.acd.agents import HELD, AgentEvent, AgentView, step
from ari_app.live.replay import Happened, replay

EVENTS_KEPT = 100
"""Events per agent remembered while Redis is away: some hours of work."""

OnChange = Callable[[str, str, str, str, float], None]
"""``(slug, old state, new state, reason, at)`` of a change that this controller made."""


class AgentCopy:
    """Agents as known now, and what happened to them here that Redis has not heard of."""

    def __init__(
        self,
        clock: Callable[[], float],
        on_change: OnChange | None,
        on_news: Callable[[], None] | None,
    ) -> None:
        """Nobody works here before :meth:`set_house`."""
        self._clock = clock
        self._on_change = on_change
        self._on_news = on_news
        self._agents: dict[str, AgentView] = {}
        self._alone: dict[str, deque[Happened]] = {}

    def view(self) -> list[AgentView]:
        """All agents."""
        return list(self._agents.values())

    def get(self, slug: str) -> AgentView | None:
        """One agent."""
        return self._agents.get(slug)

    def slugs(self) -> set[str]:
        """All agents' slugs."""
        return set(self._agents)

    def set_house(self, agents: Mapping[str, AgentView]) -> bool:
        """Take over who works here, their state stays. True when somebody came or left."""
        kept = {slug: view for slug, view in self._agents.items() if view.state in HELD}
        for slug, agent in agents.items():
            known = self._agents.get(slug, AgentView(slug, idle_since=self._clock()))
            kept[slug] = replace(
                known, levels=agent.levels, ready_on_register=agent.ready_on_register
            )
        changed = kept.keys() != self._agents.keys()
        self._agents = kept
        self.news()
        return changed

    def learn(self, agent: AgentView) -> None:
        """Take over a later version, and put on top of it what happened here alone.

        Who the agent is stays as the snapshot says.
        """
        known = self._agents.get(agent.slug)
        if known is not None and agent.version > known.version:
            learned = replace(agent, levels=known.levels, ready_on_register=known.ready_on_register)
            self._agents[agent.slug] = replay(learned, self._alone.get(agent.slug, ()))
            self.news()

    def apply(self, slug: str, event: AgentEvent) -> bool:
        """Change the agent here alone, and note the event; False when the table refuses it."""
        now = self._clock()
        before = self._agents.get(slug)
        after = step(before, event, now) if before else None
        if before is None or after is None:
            return False
        if after != before:
            self._agents[slug] = after
            self._alone.setdefault(slug, deque(maxlen=EVENTS_KEPT)).append((event, now))
            self.tell(before, after, now)
            self.news()
        return True

    def changed_alone(self) -> set[str]:
        """Those with events that Redis has not heard of, or who must be looked at again."""
        return self._alone.keys() & self._agents.keys()

    def take_events(self, slug: str) -> list[Happened]:
        """Hand out the agent's noted events and forget them."""
        return list(self._alone.pop(slug, ()))

    def give_back(self, slug: str, events: list[Happened]) -> None:
        """Note the events again, before those that came since."""
        self._alone[slug] = deque([*events, *self._alone.get(slug, ())], maxlen=EVENTS_KEPT)

    def tell(self, before: AgentView, after: AgentView, at: float) -> None:
        """Say what this controller has changed."""
        told = (before.state, before.reason) != (after.state, after.reason)
        if told and self._on_change is not None:
            self._on_change(after.slug, before.state, after.state, after.reason, at)

    def news(self) -> None:
        """Say that something is different, wherever it was changed."""
        if self._on_news is not None:
            self._on_news()
