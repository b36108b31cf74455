"""The raw recording of a talk: the same files as the controller makes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ari_app.media.raw_sound import FORM

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class TalkFiles:
    """The files of ``recording``, a talk, below the folder ``monitor``."""

    monitor: Path
    client: str
    recording: str

    def prepare(self) -> tuple[str, str]:
        """Make the folder; return the caller's file and the agent's.

        Raises :class:`ValueError` for a name that could lead astray, and :class:`OSError`.
        """
        for name in (self.client, self.recording):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a recording")
        self._folder.mkdir(parents=True, exist_ok=True)
        return str(self._side("caller")), str(self._side("agent"))

    def discard(self) -> None:
        """Nobody answered: an empty file would be taken for a recording."""
        for side in ("caller", "agent"):
            self._side(side).unlink(missing_ok=True)

    @property
    def _folder(self) -> Path:
        return self.monitor / self.client

    def _side(self, side: str) -> Path:
        return self._folder / f"{self.recording}-{side}.{FORM}"
