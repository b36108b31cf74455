"""What is published: clients, agents, queues and prompts, as this one call needs them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from ari_app.fallback.home import Home
from ari_app.fallback.waiting_line import RING_SECONDS
from ari_app.flow.engine import Flow
from ari_app.flow.languages import LANGUAGES
from ari_app.media.prompts import resolve
from ari_app.snapshot import preferences
from ari_app.snapshot.reader import Snapshot, SnapshotError

log = logging.getLogger(__name__)


class House:
    """The snapshot below ``home``, opened when it is first asked for."""

    language = LANGUAGES[0]

    def __init__(self, home: Home) -> None:
        self._home = home
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """Return the snapshot; :class:`SnapshotError` when there is none that can be read."""
        if self._snapshot is None:
            self._snapshot = Snapshot.open(self._home.snapshot)
        return self._snapshot

    @property
    def agents(self) -> Mapping[str, Mapping[str, Any]]:
        """All agents; none without a snapshot, for a run that began with an older one."""
        try:
            return self.snapshot().agents
        except SnapshotError as error:
            log.error("Nobody can be rung: %s", error)
            return {}

    def client_name(self, client: str) -> str:
        """Return how the client calls itself."""
        if self._snapshot is None:
            return ""
        return str(self._snapshot.clients.get(client, {}).get("name", ""))

    def ring_seconds(self, client: str, queue: str) -> float:
        """Return how long the phones of a queue ring."""
        facts = self._snapshot.queue(client, queue) if self._snapshot else None
        return float((facts or {}).get("ring_seconds", RING_SECONDS))

    def music(self, client: str, queue: str | None, wanted: str) -> str:
        """Return the music of a queue's callers, where the node wants ``wanted``."""
        facts = self._snapshot.queue(client, queue) if self._snapshot and queue else None
        return preferences.music(facts, wanted)

    def resolver(self, flow: Flow) -> Callable[[str, str], str | None]:
        """Return what finds the sound file, without its ending, of an item of this flow."""

        def find(language: str, item: str) -> str | None:
            media = resolve(self._home.path, flow.client, language, item, flow.language)
            return media.removeprefix("sound:") if media else None

        return find
