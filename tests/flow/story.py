"""Golden stories: what happens to a call, line by line, and what we do about it.

A story is YAML: nodes, and steps ``event: [commands]`` in short words, such as
``after 5, key 1: [stop_playing, join_queue reception]``. Legs go by the name of their agent or
number, prompts and waits by what runs just now. The run, and the commands, are saved as JSON and
read again between all steps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow.engine import Flow, Turn, advance
from ari_app.flow.entries import Entry
from ari_app.flow.run import Run, run_from_json, run_to_json

FOLDER = Path(__file__).parent / "stories"
START = 1_770_000_000.0
"""Monday, 2 February 2026, 10:40 in Ulaanbaatar."""

CALLER = "+97699112233"


@dataclass
class Story:
    """A story as it is written, and everything that its performance brought out."""

    name: str
    data: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    exits: set[tuple[str, str]] = field(default_factory=set)

    def perform(self) -> Iterator[tuple[str, list[str], list[str]]]:
        """Yield each step's words, the commands expected, and those that came."""
        flow = Flow.load(bundle(self.data))
        stage = _Stage(flow, flow.start("call", "+97670110001", START), START)
        for step in self.data["steps"]:
            ((words, expected),) = step.items() if isinstance(step, dict) else ((step, []),)
            turn = stage.play(str(words))
            self.entries += turn.entries
            yield str(words), expected or [], [stage.words(each) for each in turn.commands]
        self.run = stage.run
        self._collect_exits()

    def _collect_exits(self) -> None:
        types = {each.data["node"]: each.data["type"] for each in self._kind("node_entered")}
        for each in self._kind("exit_taken"):
            self.exits.add((types[each.data["node"]], each.data["exit"]))

    def _kind(self, kind: str) -> list[Entry]:
        return [each for each in self.entries if each.kind == kind]


def stories() -> list[Story]:
    """Return all stories of the folder."""
    return [
        Story(f"{path.stem}: {data['story']}", data)
        for path in sorted(FOLDER.glob("*.yaml"))
        for data in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def bundle(data: dict[str, Any]) -> dict[str, Any]:
    """Return the bundle of a story."""
    nodes = data.get("nodes", {})
    return {
        "client": "anu-clinic",
        "flow": "main",
        "revision": 3,
        "definition": {
            "spec_version": 1,
            "start": data.get("start", next(iter(nodes), "")),
            "on_failure": data.get("on_failure"),
            "nodes": nodes,
        },
        "subflows": data.get("subflows", {}),
        "calendars": data.get("calendars", {}),
        "timezone": "Asia/Ulaanbaatar",
        "language": data.get("language", "en"),
        "short_abandon_seconds": 5,
        "fallback_queue": data.get("fallback_queue"),
        "record": data.get("record", True),
    }


class _Stage:
    """Where a story is performed: the clock, the run, and the names of legs and commands."""

    def __init__(self, flow: Flow, run: Run, now: float) -> None:
        self.flow, self.run, self.now = flow, run, now
        self._legs: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._old_wait = "none"

    def play(self, words: str) -> Turn:
        """Let happen what the words say, and save and read again what came of it."""
        after = re.match(r"after ([\d.]+), ", words)
        if after:
            self.now += float(after[1])
            words = words[after.end() :]
        wait = self.run.wait
        if words == "timed out" and wait is not None and wait.deadline is not None:
            self.now = max(self.now, wait.deadline)
        event = self._event(words)
        turn = advance(self.flow, self.run, event, self.now)
        if wait is not None and turn.run.wait is not wait:
            self._old_wait = wait.id
        self.run = run_from_json(json.loads(json.dumps(run_to_json(turn.run))))
        assert self.run == turn.run
        for command in turn.commands:
            assert c.from_json(json.loads(json.dumps(c.to_json(command)))) == command
            self._remember(command)
        json.dumps([each.data for each in turn.entries])
        return turn

    def _remember(self, command: c.Command) -> None:
        self._ids[type(command).__name__] = command.id
        if isinstance(command, c.RingAgent):
            self._legs[command.agent] = command.leg
        elif isinstance(command, c.RingNumber):
            self._legs[command.number] = command.leg

    def _event(self, words: str) -> e.Event:  # noqa: C901, PLR0911, PLR0912 - a table of phrases
        run = self.run
        first, *rest = words.split()
        match first, rest:
            case "offered", _:
                number = None if "withheld" in rest else CALLER
                known, vip, blocked = (name in rest for name in ("known", "vip", "blocked"))
                return e.CallOffered(number, number or "", "Bat", known, vip, blocked)
            case "played", []:
                return e.PlayFinished(run.playing or "nothing plays")
            case "unplayable", []:
                return e.PlayFinished(run.playing or "nothing plays", failed=True)
            case "another", ["prompt", "ended"]:
                return e.PlayFinished("another")
            case "key", [digit]:
                return e.DtmfReceived(digit)
            case "recorded", [seconds]:
                return e.RecordFinished(run.recording or "nothing records", float(seconds))
            case "joined", ["nowhere"]:
                return e.QueueJoined(run.queue or "", None, 3)
            case "joined", [place, "on_break"]:
                return e.QueueJoined(run.queue or "", int(place), 0)
            case "joined", [place, *seconds]:
                wait = float(seconds[0]) if seconds else None
                return e.QueueJoined(run.queue or "", int(place), 3, wait)
            case "moved", [place, *seconds]:
                wait = float(seconds[0]) if seconds else None
                return e.QueueMoved(run.queue or "", int(place), wait)
            case "refused", [reason]:
                return e.QueueRefused(run.queue or "", reason)
            case "reserved", [queue, *agents]:
                named = [agent.partition("/") for agent in agents]
                own = {name: float(seconds) for name, _, seconds in named if seconds}
                return e.AgentsReserved(queue, tuple(name for name, _, _ in named), 20.0, own)
            case "answered", [leg]:
                return e.LegAnswered(self._legs.get(leg, leg))
            case "failed", [leg, reason]:
                return e.LegFailed(self._legs[leg], reason)
            case "ended", [leg]:
                return e.LegHungUp(self._legs[leg])
            case "lost", [leg]:
                return e.LegHungUp(self._legs[leg], lost=True)
            case "delayed", [leg]:
                return e.TalkDelayed(self._legs[leg])
            case "timed", ["out"]:
                return e.WaitTimedOut(run.wait.id if run.wait else "none")
            case "an", ["old", "wait", "timed", "out"]:
                return e.WaitTimedOut(self._old_wait)
            case "caller", ["hung", "up"]:
                return e.CallerHungUp()
            case "caller", ["was", "lost"]:
                return e.CallerHungUp(lost=True)
            case "caller", ["had", "hung", "up", seconds, "before", *legs]:
                return e.CallerHungUp(self.now - float(seconds), self._ended(legs))
            case "not", ["done", command]:
                return e.CommandFailed(self._ids[command], "404 Not Found")
            case "resumed", legs:
                up = tuple(self._legs[leg[1:]] for leg in legs if leg[0] == "+")
                ringing = tuple(self._legs[leg[1:]] for leg in legs if leg[0] == "~")
                return e.Resumed(up, ringing, self._ended(legs))
            case "cut", legs:
                return e.CallCut(self.now, self._ended(legs))
        raise ValueError(f"no such event in a story: {words}")

    def _ended(self, legs: list[str]) -> tuple[e.LegHungUp, ...]:
        """Read ``-bold:5``, the leg hung up 5 seconds before, and ``!bold:5``, it was lost."""
        ends = [(leg[0], *leg[1:].split(":")) for leg in legs if leg[0] in "-!"]
        return tuple(
            e.LegHungUp(self._legs[name], lost=sign == "!", at=self.now - float(seconds))
            for sign, name, seconds in ends
        )

    def words(self, command: c.Command) -> str:  # noqa: C901, PLR0911 - a table of phrases
        """Return a command in a story's short words."""
        names = {leg: name for name, leg in self._legs.items()}
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(command).__name__).lower()
        match command:
            case c.Play(_, items, language):
                return " ".join((name, language, *items))
            case c.StartMusic(_, music):
                return f"{name} {music}"
            case c.Record(_, longest, silence, finish):
                return f"{name} {longest} {silence} {finish}"
            case c.JoinQueue(_, queue, since, priority, _, back):
                more = (f" priority {priority}" if priority else "") + (" back" if back else "")
                return f"{name} {queue} since {since - START:g}{more}"
            case c.LeaveQueue(_, queue):
                return f"{name} {queue}"
            case c.RingAgent(_, _, agent, seconds):
                return f"{name} {agent} {seconds:g}"
            case c.RingNumber(_, _, number, seconds):
                return f"{name} {number} {seconds:g}"
            case c.EndLeg(_, leg) | c.Disconnect(_, leg):
                return f"{name} {names.get(leg, leg)}"
            case c.Connect(_, leg, recording):
                return f"{name} {names.get(leg, leg)}{'' if recording else ' unrecorded'}"
            case c.ReleaseAgent(_, agent, result, since):
                more = "" if since is None else f" since {since - START:g}"
                return f"{name} {agent} {result}{more}"
        return name


def line(entry: Entry) -> str:
    """Return an entry as one line of text."""
    facts = " ".join(
        f"{name}={value}"
        for name, value in entry.data.items()
        if name not in ("leg", "recording", "node")
    )
    return f"{entry.kind} {facts}".strip()
