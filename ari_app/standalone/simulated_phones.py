"""Which agents' phones the second Asterisk plays: those of the agents' documents, until they yield.

A simulated phone **yields** to a real one that registers the same account: the robot unregisters
and stays away, also after a restart, until `duudlaga agent simulate NAME --on`.
"""

from ari_app.kept_file import kept, replace_kept
from ari_app.settings import Settings
from ari_app.snapshot.reader import Snapshot
from ari_app.standalone.account import give_back
from ari_app.standalone.outside_world import write_agents
from ari_app.standalone.registered_phones import real_phones
from ari_app.telephony.phone_book import PhoneBook


def simulated(settings: Settings) -> list[str]:
    """The agents whose phones are simulated now, by their slugs."""
    away = yielded(settings)
    agents = Snapshot.open(settings.snapshot).agents
    # A snapshot of an earlier version does not know the field.
    return [
        slug
        for slug, agent in sorted(agents.items())
        if agent.get("simulated_phone") and slug not in away
    ]


def yielded(settings: Settings) -> list[str]:
    """The agents whose simulated phones have made way for a real one."""
    if not settings.yielded_phones.exists():
        return []
    agents: list[str] = kept(settings.yielded_phones, dict, 0o644)["agents"]
    return agents


def note_yielded(settings: Settings, slug: str, *, away: bool) -> None:
    """Remember that the agent's simulated phone made way, or may come back."""
    others = [each for each in yielded(settings) if each != slug]
    settings.yielded_phones.parent.mkdir(parents=True, exist_ok=True)
    agents = sorted([*others, slug] if away else others)
    replace_kept(settings.yielded_phones, {"agents": agents}, 0o644)
    give_back(settings.home)


def give_agents_phones(settings: Settings) -> None:
    """Give every agent an account, and let the outside world play the simulated phones.

    Where a real phone is registered already, the simulated one yields.
    """
    for slug in real_phones(settings).intersection(simulated(settings)):
        note_yielded(settings, slug, away=True)
    agents = Snapshot.open(settings.snapshot).agents
    book = PhoneBook(settings.home / "phones.json")
    passwords = {slug: book.password(slug) for slug in agents}
    write_agents(settings, {slug: passwords[slug] for slug in simulated(settings)})
