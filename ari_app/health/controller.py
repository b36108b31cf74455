"""What the controller says of itself.

Once a second, in the event loop, all that is to be told is gathered into one object; who asks is
given the last one. So asking costs calls nothing, and a loop that hangs can still be reported.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from ari_app.flow.flow_error import FlowError
from ari_app.health.dependency import Dependencies, Dependency
from ari_app.health.figure import Figure
from ari_app.health.loop_lag import ALARM_SECONDS, EVENT_LOOP, LoopLag
from ari_app.health.report import Report
from ari_app.health.turns import CountedTurns
from ari_app.live.agents import AgentBoard
from ari_app.telephony.adoption import Adoption
from ari_app.telephony.ami import Ami
from ari_app.telephony.ari import Ari
from ari_app.telephony.call import Call
from ari_app.telephony.leases import Leases
from ari_app.telephony.plays import Plays
from ari_app.telephony.runs import Runs
from ari_app.telephony.switchboard import Switchboard

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a controller of which there is something to tell."""

    ari: Ari
    ami: Ami
    board: AgentBoard
    runs: Runs
    turns: CountedTurns
    switchboard: Switchboard
    leases: Leases
    adoption: Adoption
    plays: Plays


class ControllerHealth:
    """Looks at the parts while :meth:`run` runs; :meth:`report` may be asked from any thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lag = LoopLag()
        self._dependencies = Dependencies()
        self._ari_reason = "not connected yet"
        parts.ari.on_disconnect(self._ari_lost)
        self._dependencies.note("ari", "down", self._ari_reason, vital=True)
        self._last = Report("controller", time.time(), self._dependencies.all())

    async def run(self) -> None:
        """Look once a second, until cancelled."""
        self._lag.start()
        try:
            while True:
                try:
                    self._last = self._look()
                except Exception:
                    # A fault in counting is none of the callers': the last look stays.
                    log.exception("health_look_failed")
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._lag.stop()

    def report(self) -> Report:
        """Return the last look, or that the event loop does not turn."""
        last, still = self._last, self._lag.still_seconds
        if not still:
            return last
        now = time.time()
        reason = f"it has not turned for {still:.1f} s"
        hung = Dependency(EVENT_LOOP, "down", now - still, reason, vital=True)
        others = [each for each in last.dependencies if each.name != hung.name]
        return replace(last, at=now, dependencies=[hung, *others])

    def _ari_lost(self, reason: str) -> None:
        self._ari_reason = reason

    def _look(self) -> Report:
        parts, note = self._parts, self._dependencies.note
        lag, unsaved = self._lag.worst_seconds, parts.runs.unsaved
        if lag > ALARM_SECONDS:
            reason = f"it came {lag * 1000:.0f} ms late within the last minute"
            note(EVENT_LOOP, "degraded", reason, vital=True)
        else:
            note(EVENT_LOOP, "up", vital=True)
        if parts.ari.connected:
            note("ari", "up", vital=True)
        else:
            note("ari", "down", self._ari_reason, vital=True)
        if parts.ami.connected:
            note("ami", "up", vital=True)
        else:
            note("ami", "down", "not connected: no lease is renewed, no talk recorded", vital=True)
        if parts.board.degraded:
            note("redis", "down", "it does not answer: agents' states are kept in memory")
        else:
            note("redis", "up")
        if unsaved:
            note("journal", "down", f"{unsaved} turns wait in memory for it")
        else:
            note("journal", "up")
        now = time.time()
        return Report("controller", now, self._dependencies.all(), self._figures(lag, unsaved))

    def _figures(self, lag: float, unsaved: int) -> Sequence[Figure]:
        parts = self._parts
        states = Counter(queue=0, ringing=0, talking=0)  # there to be seen, even without a call
        states.update(state_of(call) for call in parts.switchboard)
        recovery = parts.adoption.last
        return (
            Figure("live_calls", dict(states), "Calls in our hands by where they are.", "state"),
            Figure("calls_offered", parts.turns.offered, "Calls taken in.", counter=True),
            Figure(
                "calls_ended", dict(parts.turns.outcomes), "Calls ended.", "outcome", counter=True
            ),
            Figure("turns", parts.turns.turns, "Turns of calls.", counter=True),
            Figure("unsaved_turns", unsaved, "Turns done that the journal has not taken."),
            Figure("event_loop_lag_seconds", lag, "Worst delay within the last minute."),
            Figure("leases_renewed", parts.leases.renewed, "Leases renewed.", counter=True),
            Figure("leases_failed", parts.leases.failed, "Renewals refused.", counter=True),
            Figure(
                "prompts_repeated",
                parts.plays.repeated,
                "Prompts that Asterisk lost and that were played again.",
                counter=True,
            ),
            Figure("ari_traffic", dict(parts.ari.counts), "What ARI saw.", "what", counter=True),
            Figure(
                "recovery_seconds",
                recovery.seconds if recovery else None,
                "How long the last one took.",
            ),
            Figure(
                "recovery_calls",
                recovery.resumed if recovery else None,
                "Calls that the last one took up again.",
            ),
        )


def state_of(call: Call) -> str:
    """Return where the call is: talking, ringing, queue, or else the type of its node."""
    if call.run.legs:
        legs = {leg.state for leg in call.run.legs.values()}
        return "talking" if "talking" in legs else "ringing"
    if call.run.queue is not None:
        return "queue"
    if not call.run.frames:
        return "arriving"
    frame = call.run.frames[-1]
    try:
        return call.flow.place(frame.flow, frame.node).type or "unknown"
    except FlowError:
        return "unknown"
