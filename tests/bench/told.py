"""Calls as the journal and Asterisk tell them: greeting, menu, queue, a recorded talk."""

from __future__ import annotations

import time
from typing import Any

from ari_app.flow.entries import Entry
from ari_app.flow.ids import call_id
from tests.journal.test_cel_line import as_asterisk_writes

CLIENT = "bench"
NUMBER = "97670199002"
_SIDE_BY_SIDE = 20

Note = tuple[str, str, Entry]


class Told:
    """Makes calls, each a new one, of now."""

    def __init__(self) -> None:
        self._entered = 0
        self._witnessed = 0
        self._live: list[int] = []
        self._began = int(time.time()) - 60

    def entries(self, calls: int) -> list[Note]:
        """Return the journal of so many answered calls; twenty go on side by side."""
        notes: list[Note] = []
        for _ in range(0, calls, _SIDE_BY_SIDE):
            numbers = range(self._entered, self._entered + _SIDE_BY_SIDE)
            self._entered += _SIDE_BY_SIDE
            stories = [self._story(number) for number in numbers]
            notes += [line for lines in zip(*stories, strict=True) for line in lines]
        return notes

    def live_entries(self) -> list[Note]:
        """Return the beginnings of the calls of :meth:`live_lines`."""
        return [
            (call_id(self._linked(number)), CLIENT, self._offered(number, time.time()))
            for number in self._live
        ]

    def event_lines(self, calls: int) -> str:
        """Return what Asterisk tells of the calls that :meth:`entries` entered."""
        numbers = range(self._witnessed, self._witnessed + calls)
        self._witnessed += calls
        if self._witnessed > self._entered:
            raise RuntimeError("Asterisk tells of calls that are not on record")
        return "".join(self._events(number) for number in numbers)

    def live_lines(self, calls: int) -> str:
        """Return what Asterisk tells of calls that go on."""
        self._live = [self._entered + number for number in range(calls)]
        self._entered += calls
        self._witnessed = self._entered
        return "".join(self._event("CHAN_START", number, 0, "intake") for number in self._live)

    def _linked(self, number: int) -> str:
        return f"duudlaga-{self._began}.{number}"

    def _offered(self, number: int, at: float) -> Entry:
        caller = f"+976901{number % 1000:05}"
        data = {"number": f"+{NUMBER}", "caller_number": caller, "caller_raw": caller[1:],
                "caller_name": "", "flow": "journey", "revision": 1, "language": "mn"}  # fmt: skip
        return Entry("call_offered", at, data)

    def _story(self, number: int) -> list[Note]:
        call, at, agent = call_id(self._linked(number)), time.time(), f"agent-{number % 60:02}"
        leg, recording = f"{call}-5-001", f"{call}-6-002"
        whose = {"leg": leg, "agent": agent}
        lines: list[tuple[str, dict[str, Any]]] = [
            ("node_entered", {"node": "greet", "type": "greeting"}),
            ("call_answered", {}),
            ("prompt_played", {"node": "greet", "items": ["client:second"]}),
            ("exit_taken", {"node": "greet", "exit": "done"}),
            ("node_entered", {"node": "next", "type": "menu"}),
            ("prompt_played", {"node": "next", "items": ["client:second"]}),
            ("digits_received", {"node": "next", "digits": "1"}),
            ("exit_taken", {"node": "next", "exit": "1"}),
            ("node_entered", {"node": "desk", "type": "queue"}),
            ("queue_joined", {"queue": "desk", "position": 1}),
            ("agent:", {"agent": agent, "old": "ready", "new": "reserved", "reason": ""}),
            ("agent_ringing", whose),
            ("agent:", {"agent": agent, "old": "reserved", "new": "ringing", "reason": ""}),
            ("queue_left", {"queue": "desk", "reason": "answered", "waited_seconds": 0.1}),
            ("talk_started", {**whose, "recording": recording, "queue": "desk"}),
            ("recording_expected", {"recording": recording, "kind": "talk", **whose}),
            ("agent:", {"agent": agent, "old": "ringing", "new": "talking", "reason": ""}),
            ("talk_ended", {**whose, "by": "agent", "seconds": 2.0}),
            ("agent:", {"agent": agent, "old": "talking", "new": "ready", "reason": ""}),
            ("exit_taken", {"node": "desk", "exit": "done"}),
            ("node_entered", {"node": "end", "type": "hangup"}),
            ("call_ended", {"outcome": "answered", "by": "flow", "reason": "", "node": "end"}),
            ("recording_stored", {"recording": recording, "kind": "talk", "path": f"{call}.opus",
                                  "peaks": None, "sha256": "0", "bytes": 1, "seconds": 2.0}),
        ]  # fmt: skip
        story = [(call, CLIENT, self._offered(number, at))]
        for kind, data in lines:
            if kind == "agent:":
                changed = Entry("agent_state_changed", at, data)
                story.append((f"agent:{agent}", "house", changed))
            else:
                story.append((call, CLIENT, Entry(kind, at, data)))
        return story

    def _events(self, number: int) -> str:
        leg = {"uniqueid": f"{call_id(self._linked(number))}-5-001"}
        return "".join(
            (
                self._event("CHAN_START", number, 0, "intake"),
                self._event("APP_START", number, 0, "offer"),
                self._event("ANSWER", number, 0, "offer"),
                self._event("BRIDGE_ENTER", number, 2, "offer"),
                *(
                    self._event(kind, number, 2, "agents", **leg)
                    for kind in ("CHAN_START", "ANSWER", "APP_START", "BRIDGE_ENTER",
                                 "BRIDGE_EXIT", "APP_END", "HANGUP", "CHAN_END")
                ),
                self._event("BRIDGE_EXIT", number, 2, "offer"),
                self._event("BRIDGE_ENTER", number, 2, "offer"),
                self._event("BRIDGE_EXIT", number, 4, "offer"),
                self._event("APP_END", number, 4, "offer"),
                self._event("HANGUP", number, 4, "offer"),
                self._event("CHAN_END", number, 4, "offer"),
                self._event("LINKEDID_END", number, 4, "offer"),
            )
        )  # fmt: skip

    def _event(self, kind: str, number: int, after: float, context: str, **fields: str) -> str:
        caller, linked = f"976901{number % 1000:05}", self._linked(number)
        return as_asterisk_writes(**{
            "eventtype": kind, "eventtime": f"{self._began + after + number / 1e6:.6f}",
            "num": caller, "exten": NUMBER, "context": context, "uniqueid": linked,
            "linkedid": linked, "channame": "PJSIP/trunk-00000000", "appname": "Stasis", **fields,
        })  # fmt: skip
