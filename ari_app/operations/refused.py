"""Why something that a person asked for is not done."""

from __future__ import annotations

from collections.abc import Iterable

from ari_app.flow.said import Said, meant


class RefusedError(Exception):
    """Its one argument is the reason, a `Said`."""


def no_client(client: str, known: Iterable[str]) -> RefusedError:
    """Return the refusal of a client that the house does not have; `known` are those it has."""
    names = sorted(known)
    if not names:
        said = Said("there is no client {client}; the house has none yet", client=client)
        return RefusedError(said)
    said = Said("there is no client {client}; there are: {known}",
                client=client, known=", ".join(names))  # fmt: skip
    return RefusedError(meant(said, client, names))


def no_agent(agent: str, known: Iterable[str]) -> RefusedError:
    """Return the refusal of an agent whom the house does not have; `known` are those it has."""
    names = sorted(known)
    said = Said("the house has no agent {agent}; it has: {known}",
                agent=agent, known=", ".join(names) or "–")  # fmt: skip
    return RefusedError(meant(said, agent, names))


def has_live_calls(client: str, count: int) -> RefusedError:
    """Return the refusal to remove a client who has so many live calls."""
    said = Said("{client} has {count} live calls: remove it when they have ended",
                client=client, count=count)  # fmt: skip
    return RefusedError(said)
