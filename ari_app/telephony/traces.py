"""What calls leave on this machine's disk, for a controller that did not see them end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ari_app.flow.events import CallerHungUp, LegHungUp
from ari_app.flow.run import Run
from ari_app.journal.ended_legs import caller_hung_up, ended_legs
from ari_app.journal.hang_ups import HangUp, hang_ups
from ari_app.telephony.call import Call


@dataclass(frozen=True, slots=True)
class Traces:
    """What was found: how channels hung up, by their unique ids."""

    hang_ups: Mapping[str, HangUp]

    def caller_hung_up(self, channel: str, run: Run) -> CallerHungUp:
        """Return the end of a caller's channel and of the run's legs, as far as it is known."""
        return caller_hung_up(self.hang_ups.get(channel), self.ended_legs(run))

    def ended_legs(self, run: Run) -> tuple[LegHungUp, ...]:
        """Return how the run's legs ended, of those of which it is known."""
        return ended_legs(run, self.hang_ups)


@dataclass(frozen=True, slots=True)
class Disk:
    """Where to look: Asterisk's own account of calls. ``our_time`` turns a moment by the machine's
    clock into one by ours.
    """

    cel: Path
    our_time: Callable[[float], float]

    def look(self, calls: Iterable[Call]) -> Traces:
        """Find the traces of these calls. Blocks for some milliseconds."""
        channels = {name for call in calls for name in (call.channel, *call.run.legs)}
        ends = hang_ups(self.cel, channels).items()
        return Traces({channel: replace(end, at=self.our_time(end.at)) for channel, end in ends})
