"""Where one copy keeps what the fallback needs.

The same folders as in :mod:`ari_app.places`, which imports too much for a process that must speak
within a third of a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files of the copy at ``path``."""

    path: Path

    @property
    def journal(self) -> Path:
        """What happened in calls."""
        return self.path / "journal.db"

    @property
    def spool(self) -> Path:
        """Entries that the journal did not take."""
        return self.path / "spool"

    @property
    def snapshot(self) -> Path:
        """Published configuration."""
        return self.path / "snapshot"

    @property
    def cel(self) -> Path:
        """Asterisk's own account of calls."""
        return self.path / "cel.jsonl"

    @property
    def monitor(self) -> Path:
        """Raw recordings of talks."""
        return self.path / "monitor"

    @property
    def messages(self) -> Path:
        """Raw recordings of messages: Asterisk's own folder for them."""
        return self.path / "asterisk" / "spool" / "recording"

    @property
    def log(self) -> Path:
        """The log file of all fallback processes."""
        return self.path / "log" / "fallback.log"
