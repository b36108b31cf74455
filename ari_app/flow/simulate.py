"""A flow walked through in a terminal, with the same function that handles real calls.

Lines are what the caller, the agents and Asterisk do (see :data:`HELP`); plain words come out.
Nothing is stored, so an unpublished definition can be walked as well.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow.engine import Flow, advance
from ari_app.flow.entries import Entry
from ari_app.flow.run import Run, run_from_json, run_to_json

HELP = """\
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
    tell: Callable[[str], None],
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

    def __init__(self, flow: Flow, tell: Callable[[str], None], now: float) -> None:
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
            self._tell(f"  ({agent or 'the number'} does not ring and does not talk)")
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

    def _say(self, words: str) -> None:
        if words:
            self._tell(words)


def _nothing(command: c.Command) -> str:
    return ""


_COMMANDS: dict[type[c.Command], Callable[..., str]] = {
    c.Answer: lambda _: "  we pick up",
    c.Play: lambda each: f"  the caller hears ({each.language}): {', '.join(each.items)}",
    c.StopPlaying: lambda _: "  the prompt is cut short",
    c.StartMusic: lambda each: f"  music: {each.music}",
    c.Record: lambda each: f"  beep: the caller may speak, for {each.max_seconds} s at most",
    c.JoinQueue: lambda each: f"  the caller waits in the queue {each.queue}",
    c.RingAgent: lambda each: f"  the phone of agent {each.agent} rings",
    c.RingNumber: lambda each: f"  {each.number} rings",
    c.Connect: lambda each: f"  they talk{'' if each.recording else ', unrecorded'}",
    c.HangUp: lambda _: "  we hang up",
}


def _happened(entry: Entry) -> str:
    data = entry.data
    words = {
        "node_entered": "{node} ({type})",
        "exit_taken": "{node} → {exit}",
        "variable_set": "  {name} = {value}",
        "language_set": "  language: {language}",
        "queue_left": "  leaves the queue {queue} after {waited_seconds} s: {reason}",
        "agent_missed": "  agent {agent}: {reason}",
        "number_missed": "  {number}: {reason}",
        "talk_ended": "  the talk is over, ended by {by}, after {seconds} s",
        "callback_booked": "  a call back is booked to {number} ({reason})",
        "message_left": "  a {kind} of {seconds} s is kept",
        "survey_answered": "  {question}: {score}",
        "recording_refused": "  the call will not be recorded",
        "command_failed": "  Asterisk refused: {reason}",
        "flow_failed": "  THE FLOW FAILED in {node}: {reason}",
        "call_ended": "outcome: {outcome} (ended by {by}: {reason})",
    }.get(entry.kind)
    return words.format(**data) if words else ""
