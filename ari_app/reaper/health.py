"""What the reaper says of itself."""

from __future__ import annotations

import time
from collections import Counter

from ari_app.health.dependency import Dependencies
from ari_app.health.figure import Figure
from ari_app.health.report import Report
from ari_app.reaper.decide import Act

LATE_SECONDS = 15.0


class ReaperHealth:
    """Noted by the reaper at each look; :meth:`report` may be asked from any thread."""

    def __init__(self) -> None:
        self._dependencies = Dependencies()
        self._acts: Counter[str] = Counter()
        self._looked_at = time.monotonic()

    def looked(self, asterisk_trouble: str = "", controller_trouble: str = "") -> None:
        """The reaper looked: what is wrong with the two on whom it looks, if anything."""
        self._looked_at = time.monotonic()
        if asterisk_trouble:
            self._dependencies.note("ari", "down", asterisk_trouble, vital=True)
        else:
            self._dependencies.note("ari", "up", vital=True)
        if controller_trouble:
            self._dependencies.note("controller", "down", controller_trouble)
        else:
            self._dependencies.note("controller", "up")

    def did(self, act: Act) -> None:
        """Count an act that was carried out."""
        self._acts[type(act).__name__] += 1

    def report(self) -> Report:
        """Return how it stands now."""
        silent = time.monotonic() - self._looked_at
        if silent > LATE_SECONDS:
            self._dependencies.note("ari", "down", f"no look for {silent:.0f} s", vital=True)
        acts = Figure("reaper_acts", self._acts.copy(), "What was cleared up.", "act", counter=True)
        return Report("reaper", time.time(), self._dependencies.all(), [acts])
