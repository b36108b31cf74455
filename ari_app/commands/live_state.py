"""What the controllers share through Redis, as the commands read it and speak to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import redis

from ari_app.acd.agents import AgentView
from ari_app.flow.said import Said
from ari_app.live import agent_record
from ari_app.live.commands import Answer, send
from ari_app.live.names import agent_key
from ari_app.settings import Settings

_PATIENCE_SECONDS = 2.0


class LiveStateAwayError(Exception):
    """Redis cannot be reached, or no controller listens; the message is a sentence."""


class LiveState:
    """`live_state` is the way to get one."""

    def __init__(self, client: redis.Redis) -> None:
        """Use this client; closing it is its owner's work."""
        self._redis = client

    def agents(self, house: Mapping[str, Mapping[str, Any]]) -> dict[str, AgentView]:
        """Every agent of the house as of now; who was never seen is offline since time 0."""
        known = {}
        for slug, agent in house.items():
            view = AgentView(slug, levels=agent["clients"])
            # The client decodes its answers, which its types do not know.
            record = cast("dict[str, str]", self._redis.hgetall(agent_key(slug)))
            known[slug] = (agent_record.read(view, record) if record else None) or view
        return known

    def tell(self, command: str, arguments: Mapping[str, Any]) -> Answer:
        """Tell the controllers, and return what the first of them answers, a refusal before all.

        Raises `LiveStateAwayError` when none answers.
        """
        answers = send(self._redis, command, arguments)
        if not answers:
            raise LiveStateAwayError(
                Said("No controller answers. `duudlaga status` shows what runs.")
            )
        return min(answers, key=lambda answer: answer.done)


@contextmanager
def live_state(settings: Settings) -> Iterator[LiveState]:
    """The live state, as long as the block runs; raises `LiveStateAwayError` without Redis."""
    try:
        with _client(settings) as client:
            yield LiveState(client)
    except redis.RedisError as error:
        raise LiveStateAwayError(
            Said(
                "Redis is not reachable ({error}). `duudlaga status` shows what runs.", error=error
            )
        ) from error


def _client(settings: Settings) -> redis.Redis:
    patience: dict[str, Any] = {
        "decode_responses": True,
        "socket_timeout": _PATIENCE_SECONDS,
        "socket_connect_timeout": _PATIENCE_SECONDS,
    }
    return redis.Redis.from_url(settings.redis_address, **patience)
