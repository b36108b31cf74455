"""A flow walked through in a terminal, with the same function that handles real calls.

Lines are what the caller, the agents and Asterisk do (see :data:`HELP`); plain words come out.
Nothing is stored, so an unpublished definition can be walked as well.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow.engine import Flow, advance
from ari_app.flow.entries import Entry
from ari_app.flow.run import Run, run_from_json, run_to_json
from ari_app.flow.said import Said, Word

HELP = Said(
    """\
  1 2 #                    the caller presses these keys
  wait 30                  so many seconds pass (an empty line: until the prompt is over)
  speak 12                 the caller speaks so long, and the recording ends
  hang up                  the caller hangs up
  agent bold answers       also: is busy, refuses, does not answer, hangs up, is lost
  number answers           the same for an outside number
  queue is full            also: queue has no agents
  resume                   the controller comes back after a crash
  cut                      Asterisk dies
"""
)

ITEM_SECONDS = 3
"""How long each prompt is taken to last."""

_FAILED = {
    "is busy": "busy",
    "refuses": "refused",
    "does not answer": "no_answer",
    "is unreachable": "unreachable",
}
_PARTY = re.compile(r"(?:agent (\S+)|number) (.+)")


def walk(
    flow: Flow,
    lines: Iterable[str],
    tell: Callable[[Said], None],
    *,
    caller_number: str | None = "+97699112233",
    known: bool = False,
    vip: bool = False,
    now: float | None = None,
) -> str | None:
    """Walk through ``flow`` until the lines or the call end; return the outcome, if there is one.

    ``now`` is the Unix time at which the call begins, the present without it.
    """
    simulator = Simulator(flow, tell, time.time() if now is None else now)
    simulator.take(e.CallOffered(caller_number, caller_number or "", "", known, vip))
    for line in lines:
        if simulator.run.outcome is not None:
            break
        simulator.feed(line.strip())
    return simulator.run.outcome


class Simulator:
    """One simulated call. ``feed`` takes a line, ``take`` an event; ``tell`` gets the words."""

    def __init__(self, flow: Flow, tell: Callable[[Said], None], now: float) -> None:
        self.flow = flow
        self.now = now
        self.run: Run = flow.start("simulated", "", now)
        self._tell = tell
        self._play_ends_at = now

    def take(self, event: e.Event) -> None:
        """Take a turn, with the run saved and read again before it."""
        turn = advance(self.flow, run_from_json(run_to_json(self.run)), event, self.now)
        self.run = turn.run
        for entry in turn.entries:
            self._say(_happened(entry))
        for command in turn.commands:
            if isinstance(command, c.Play):
                self._play_ends_at = self.now + ITEM_SECONDS * len(command.items)
            self._say(_COMMANDS.get(type(command), _nothing)(command))

    def feed(self, line: str) -> None:
        """Do what one line says; a line that says nothing is answered with the help."""
        party = _PARTY.fullmatch(line)
        wait = re.fullmatch(r"wait (\d+(?:\.\d+)?)", line)
        speak = re.fullmatch(r"speak (\d+)", line)
        if not line:
            self._pass(max(0.0, self._play_ends_at - self.now))
        elif re.fullmatch(r"[0-9*# ]+", line):
            for digit in line.replace(" ", ""):
                self.take(e.DtmfReceived(digit))
        elif wait:
            self._pass(float(wait[1]))
        elif speak:
            self._pass(float(speak[1]))
            self.take(e.RecordFinished(self.run.recording or "", float(speak[1])))
        elif party:
            self._party(party[1], party[2])
        else:
            self._other(line)

    def _other(self, line: str) -> None:
        run = self.run
        living = tuple(leg.id for leg in run.legs.values() if leg.state == "talking")
        ringing = tuple(leg.id for leg in run.legs.values() if leg.state == "ringing")
        queue = run.queue or ""
        events: dict[str, e.Event] = {
            "hang up": e.CallerHungUp(),
            "cut": e.CallCut(),
            "resume": e.Resumed(living, ringing),
            "queue is full": e.QueueRefused(queue, "full"),
            "queue has no agents": e.QueueRefused(queue, "no_agents"),
        }
        event = events.get(line)
        if event is None:
            self._tell(HELP)
        else:
            self.take(event)

    def _party(self, agent: str | None, does: str) -> None:
        """Let an agent, or the outside number, do something; a free agent is rung first."""
        if agent is not None and self._leg(agent) is None and self.run.queue:
            self.take(e.AgentsReserved(self.run.queue, (agent,), 20.0))
        leg = self._leg(agent)
        if leg is None:
            self._tell(
                Said("  ({agent} does not ring and does not talk)", agent=agent)
                if agent
                else Said("  (the number does not ring and does not talk)")
            )
        elif does == "answers":
            self.take(e.LegAnswered(leg))
        elif does in _FAILED:
            self.take(e.LegFailed(leg, _FAILED[does]))
        elif does in ("hangs up", "is lost"):
            self.take(e.LegHungUp(leg, lost=does == "is lost"))
        else:
            self._tell(HELP)

    def _leg(self, agent: str | None) -> str | None:
        return next((leg.id for leg in self.run.legs.values() if leg.agent == agent), None)

    def _pass(self, seconds: float) -> None:
        """Let time pass, with everything that falls due on the way."""
        until = self.now + seconds
        while self.run.outcome is None:
            wait, playing = self.run.wait, self.run.playing
            ends = self._play_ends_at if playing is not None else until + 1
            deadline = until + 1 if wait is None or wait.deadline is None else wait.deadline
            if min(ends, deadline) > until:
                break
            self.now = max(self.now, min(ends, deadline))
            if playing is not None and ends <= deadline:
                self.take(e.PlayFinished(playing))
            elif wait is not None:
                self.take(e.WaitTimedOut(wait.id))
        self.now = max(self.now, until)

    def _say(self, words: Said | None) -> None:
        if words is not None:
            self._tell(words)


def _nothing(command: c.Command) -> Said | None:
    return None


_COMMANDS: dict[type[c.Command], Callable[..., Said | None]] = {
    c.Answer: lambda _: Said("  we pick up"),
    c.Play: lambda each: Said(
        "  the caller hears ({language}): {items}",
        language=each.language,
        items=", ".join(each.items),
    ),
    c.StopPlaying: lambda _: Said("  the prompt is cut short"),
    c.StartMusic: lambda each: Said("  music: {music}", music=each.music),
    c.Record: lambda each: Said(
        "  beep: the caller may speak, for {seconds} s at most", seconds=each.max_seconds
    ),
    c.JoinQueue: lambda each: Said("  the caller waits in the queue {queue}", queue=each.queue),
    c.RingAgent: lambda each: Said("  the phone of agent {agent} rings", agent=each.agent),
    c.RingNumber: lambda each: Said("  {number} rings", number=each.number),
    c.Connect: lambda each: (
        Said("  they talk") if each.recording else Said("  they talk, unrecorded")
    ),
    c.HangUp: lambda _: Said("  we hang up"),
}

_WORDS = ("reason", "outcome", "by", "kind")
_ENTRIES: dict[str, Callable[[dict[str, Any]], Said]] = {
    "node_entered": lambda data: Said("{node} ({type})", **data),
    "exit_taken": lambda data: Said("{node} → {exit}", **data),
    "variable_set": lambda data: Said("  {name} = {value}", **data),
    "language_set": lambda data: Said("  language: {language}", **data),
    "queue_left": lambda data: Said(
        "  leaves the queue {queue} after {waited_seconds} s: {reason}", **data
    ),
    "agent_missed": lambda data: Said("  agent {agent}: {reason}", **data),
    "number_missed": lambda data: Said("  {number}: {reason}", **data),
    "talk_ended": lambda data: Said("  the talk is over, ended by {by}, after {seconds} s", **data),
    "callback_booked": lambda data: Said("  a call back is booked to {number} ({reason})", **data),
    "message_left": lambda data: Said("  a {kind} of {seconds} s is kept", **data),
    "survey_answered": lambda data: Said("  {question}: {score}", **data),
    "recording_refused": lambda _: Said("  the call will not be recorded"),
    "command_failed": lambda data: Said("  Asterisk refused: {reason}", **data),
    "flow_failed": lambda data: Said("  THE FLOW FAILED in {node}: {reason}", **data),
    "call_ended": lambda data: Said("outcome: {outcome} (ended by {by})", **data),
}


def _happened(entry: Entry) -> Said | None:
    """Return what an entry says, with the project's words as such."""
    said = _ENTRIES.get(entry.kind)
    if said is None:
        return None
    return said(
        {
            name: Word(value) if name in _WORDS and isinstance(value, str) else value
            for name, value in entry.data.items()
        }
    )
