"""Names that people type: of clients and agents, held against the published configuration."""

import getpass
from collections.abc import Mapping

from ari_app.commands.times import Clocks
from ari_app.operations.refused import no_agent, no_client
from ari_app.settings import Settings
from ari_app.snapshot.reader import Snapshot, SnapshotError


def refuse_unknown(
    settings: Settings, *, client: str | None = None, agent: str | None = None
) -> None:
    """Raise `RefusedError`, with the names there are, for a client or an agent of another name."""
    clients, agents = _names(settings)
    if client is not None and client not in clients:
        raise no_client(client, clients)
    if agent is not None and agent not in agents:
        raise no_agent(agent, agents)


def clocks(settings: Settings) -> Clocks:
    """The clock of each client and of the house; before anything was published only the house's."""
    try:
        clients = Snapshot.open(settings.snapshot).clients
    except SnapshotError:
        clients = {}
    zones = {slug: str(client["timezone"]) for slug, client in clients.items()}
    return Clocks(settings.timezone, zones)


def agent_names(settings: Settings) -> dict[str, str]:
    """What people call each agent; none before anything was published."""
    try:
        agents = Snapshot.open(settings.snapshot).agents
    except SnapshotError:
        return {}
    return {slug: str(agent["name"]) for slug, agent in agents.items()}


def with_slug(agent: str, names: Mapping[str, str]) -> str:
    """An agent for who may have to type the slug: «Болд (bold)»."""
    name = names.get(agent, agent)
    return agent if name == agent else f"{name} ({agent})"


def actor() -> str:
    """Who types, for the record of deeds."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return "–"


def _names(settings: Settings) -> tuple[list[str], list[str]]:
    try:
        house = Snapshot.open(settings.snapshot)
    except SnapshotError:
        return [], []
    return sorted(house.clients), sorted(house.agents)
