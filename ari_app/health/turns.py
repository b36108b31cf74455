"""Counts the turns of calls as they are saved."""

from __future__ import annotations

from collections import Counter

from ari_app.flow.engine import Turn
from ari_app.flow.entries import OUTCOMES
from ari_app.telephony.call import Call
from ari_app.telephony.switchboard import Saver


class CountedTurns:
    """Stands before the switchboard's ``saver`` and counts, in plain ints, what passes."""

    def __init__(self, saver: Saver) -> None:
        self._saver = saver
        self.turns = 0
        self.offered = 0
        self.outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))

    def save(self, call: Call, turn: Turn) -> None:
        """Save the turn; one that is not saved, as it was another's, does not count."""
        before = call.run
        self._saver.save(call, turn)
        self.turns += 1
        if before.turn == 0:
            self.offered += 1
        if turn.run.outcome is not None and before.outcome is None:
            self.outcomes[turn.run.outcome] += 1
