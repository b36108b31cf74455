"""Any events in any order, on any flow, sound or broken: no caller is lost, nothing is raised."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow.definition import validate
from ari_app.flow.engine import Flow, Turn, advance
from ari_app.flow.entries import OUTCOMES
from ari_app.flow.manual import example
from ari_app.flow.nodes import TYPES, node_type
from ari_app.flow.run import Run, run_from_json, run_to_json
from tests.flow.story import bundle

FOR_OTHERS = (c.EndLeg, c.LeaveQueue, c.ReleaseAgent)

_SLUGS = [f"n{number}" for number in range(6)]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 500) | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "exits", "prompt", "queue", "parts"]), inner)
    ),
    max_leaves=6,
)


@st.composite
def sound_nodes(draw: st.DrawFn) -> dict[str, Any]:
    """A node like the manual's example, all of its exits leading somewhere."""
    kind = node_type(draw(st.sampled_from(TYPES)), "any")
    data = example(kind)
    names = {*kind.EXITS, *data.get("exits", {}), *"12*"}
    data["exits"] = {name: draw(st.sampled_from(_SLUGS)) for name in sorted(names)}
    return data


@st.composite
def loose_nodes(draw: st.DrawFn) -> dict[str, Any]:
    """A node of which an exit leads nowhere, or is missing."""
    data = draw(sound_nodes())
    for name in draw(st.lists(st.sampled_from(sorted(data["exits"])), max_size=4)):
        data["exits"][name] = "nowhere"
    if draw(st.booleans()):
        data["exits"] = {}
    return data


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """A bundle; of three, two have no broken nodes."""
    node = draw(st.sampled_from([sound_nodes(), sound_nodes(), loose_nodes() | _JSON]))
    nodes = {slug: draw(node) for slug in _SLUGS}
    data = bundle({"nodes": nodes, "on_failure": draw(st.sampled_from([None, *_SLUGS, "x"]))})
    data["fallback_queue"] = draw(st.sampled_from([None, "reception"]))
    data["subflows"] = {"opening": draw(st.sampled_from([data["definition"], None, {}, 3]))}
    data["calendars"] = {
        "main": draw(st.sampled_from([{}, {"override": "open"}, None, {"weekly": 1}]))
    }
    return data


class Fitting(int):
    """Stands for one of the events that the run waits for."""

    def choose(self, run: Run) -> e.Event:
        """Return the event, chosen by the number."""
        fitting: list[e.Event] = [e.DtmfReceived("12345#"[self % 6])]
        if run.wait is not None:
            fitting.append(e.WaitTimedOut(run.wait.id))
        if run.playing is not None:
            fitting += [e.PlayFinished(run.playing)] * 3
        if run.recording is not None:
            fitting += [e.RecordFinished(run.recording, float(self))] * 3
        if run.queue is not None:
            fitting += [e.QueueJoined(run.queue, 1, 0)]
            fitting += [e.AgentsReserved(run.queue, ("bold", "saraa"), 20.0)] * 3
        for leg in run.legs.values():
            if leg.state == "ringing":
                fitting += [e.LegAnswered(leg.id), e.LegFailed(leg.id, "busy")]
            else:
                fitting += [e.LegHungUp(leg.id), e.LegHungUp(leg.id, lost=True)]
                fitting += [e.TalkDelayed(leg.id)]
                ago = (e.LegHungUp(leg.id, lost=self % 2 == 0, at=leg.since + self % 50),)
                fitting += [e.Resumed(ended=ago)]
        return fitting[self % len(fitting)]


_TIMES = st.none() | st.floats()
_LEGS = st.sampled_from(["ringing", "talking", "unknown"])
_PLACES = st.none() | st.integers(0, 9)
_WAITS = st.none() | st.floats(0, 999)
_AGENTS = st.lists(st.sampled_from(["bold", "saraa", "dorj"]), max_size=3).map(tuple)
_ENDED = st.lists(st.builds(e.LegHungUp, _LEGS, st.booleans(), _TIMES), max_size=2).map(tuple)
_EVENTS = st.one_of(
    st.builds(e.CallOffered, caller_number=st.none() | st.just("+97699112233")),
    st.builds(e.DtmfReceived, st.sampled_from("0123456789*#AZ")),
    st.builds(e.DtmfReceived, st.sampled_from("1234*#")),
    st.builds(e.PlayFinished, st.sampled_from(["now", "old"]), st.booleans()),
    st.builds(e.PlayFinished, st.just("now")),
    st.builds(e.PlayFinished, st.just("now")),
    st.builds(e.RecordFinished, st.sampled_from(["now", "old"]), st.floats(0, 100)),
    st.builds(e.QueueJoined, st.just("now"), _PLACES, st.integers(0, 9), _WAITS),
    st.builds(e.QueueRefused, st.just("now"), st.sampled_from(["full", "no_agents", "odd"])),
    st.builds(e.QueueMoved, st.just("now"), st.integers(0, 9), _WAITS),
    st.builds(e.AgentsReserved, st.sampled_from(["now", "other"]), _AGENTS, st.floats(1, 60)),
    st.builds(e.LegAnswered, _LEGS),
    st.builds(e.LegAnswered, _LEGS),
    st.builds(e.LegFailed, _LEGS, st.sampled_from(["busy", "no_answer", "refused", "unreachable"])),
    st.builds(e.LegHungUp, _LEGS, st.booleans()),
    st.builds(e.TalkDelayed, _LEGS),
    st.builds(e.WaitTimedOut, st.sampled_from(["now", "now", "old"])),
    st.builds(e.CommandFailed, st.sampled_from(["last", "old"]), st.text(max_size=5)),
    st.builds(e.Resumed, ended=_ENDED),
    st.builds(e.Resumed, st.just(("all",)), st.just(("all",))),
    st.builds(e.CallerHungUp, _TIMES, _ENDED) | st.builds(e.CallCut, _TIMES, _ENDED),
)
_FITTING = st.builds(Fitting, st.integers(0, 1000))
_STEPS = st.lists(
    st.tuples(_FITTING | _FITTING | _FITTING | _EVENTS, st.floats(0, 200)), min_size=5, max_size=50
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(flows(), _STEPS)
def test_whatever_happens_the_call_has_one_end_and_nobody_is_forgotten(
    data: dict[str, Any], steps: list[tuple[e.Event | Fitting, float]]
) -> None:
    call = _Call(Flow.load(data))
    call.take(e.CallOffered("+97699112233"), 0)
    for event, seconds in steps:
        call.take(event, seconds)
    call.take(e.CallerHungUp(), 1)
    assert call.kinds.count("call_ended") == 1
    assert call.run.outcome in OUTCOMES
    assert not call.reserved, "an agent was never released"
    assert not call.ringing, "a leg was never ended"
    assert call.kinds.count("queue_joined") == call.kinds.count("queue_left")
    assert call.kinds.count("talk_started") == call.kinds.count("talk_ended")


@pytest.mark.parametrize("seed", range(8))
def test_long_calls_through_sound_flows_end_once_and_well(seed: int) -> None:
    """Chance alone, where hypothesis prefers the simple: calls get far, and into every node."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    kinds: set[str] = set()
    for _ in range(60):
        call = _Call(Flow.load(_random_flow(chance)))
        call.take(e.CallOffered(chance.choice([None, "+97699112233"])), 0)
        for _ in range(80):
            call.take(Fitting(chance.randrange(1000)), chance.choice([0, 0.5, 3, 40]))
        call.take(e.CallerHungUp(), 1)
        assert call.kinds.count("call_ended") == 1
        assert not call.reserved
        assert not call.ringing
        assert call.kinds.count("talk_started") == call.kinds.count("talk_ended")
        kinds |= set(call.kinds)
    assert {"talk_started", "message_left", "survey_answered", "agent_missed"} <= kinds
    assert "flow_failed" not in kinds


def _random_flow(chance: random.Random) -> dict[str, Any]:
    """A flow with one node of each type, whose exits lead anywhere."""
    nodes = {}
    for name in TYPES:
        kind = node_type(name, name)
        data = example(kind)
        exits = {*kind.EXITS, *data.get("exits", {})}
        data["exits"] = {each: chance.choice(TYPES) for each in sorted(exits)}
        nodes[name] = data
    waits = ("menu", "queue", "greeting", "voicemail")
    for name in ("branch", "set", "hours", "subflow"):
        nodes[name]["exits"] = {each: chance.choice(waits) for each in nodes[name]["exits"]}
    data = bundle({"nodes": nodes, "start": chance.choice(TYPES[:-1])})
    data["calendars"] = {"main": {"weekly": {"mon": ["09:00-10:45"]}}}
    opening = {"hello": {"type": "greeting", "prompt": "welcome"}}
    data["subflows"] = {"opening": {"spec_version": 1, "start": "hello", "nodes": opening}}
    return data


@given(_JSON | flows(), _STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_bundle_may_be_anything(data: Any, steps: list[tuple[e.Event | Fitting, float]]) -> None:
    call = _Call(Flow.load(data))
    for event, seconds in steps:
        call.take(event, seconds)


@given(_JSON | flows().map(lambda data: data["definition"]))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_validation_says_what_is_wrong_and_never_raises(definition: Any) -> None:
    for problem in validate(definition):
        assert problem.message


class _Call:
    """A call that checks every turn, and keeps account of agents and legs as telephony would."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.now = 1_770_000_000.0
        self.run: Run = flow.start("call", "+97670110001", self.now)
        self.kinds: list[str] = []
        self.reserved: list[str] = []
        self.ringing: set[str] = set()
        self._last = "none"

    def take(self, event: e.Event | Fitting, seconds: float) -> None:
        """Take a turn ``seconds`` later, on a run that was saved and read again."""
        self.now += seconds
        event = event.choose(self.run) if isinstance(event, Fitting) else self._aim(event)
        before = json.dumps(run_to_json(self.run))
        gone = isinstance(event, e.CallerHungUp | e.CallCut)
        over = self.run.outcome is not None
        if isinstance(event, e.AgentsReserved):
            held = {leg.agent for leg in self.run.legs.values()}
            self.reserved += [agent for agent in dict.fromkeys(event.agents) if agent not in held]
        if isinstance(event, e.LegFailed | e.LegHungUp):
            self.ringing.discard(event.leg)
        if isinstance(event, e.CommandFailed):
            self.ringing.discard(event.command)
        if isinstance(event, e.Resumed):
            self.ringing -= set(self.run.legs) - {*event.answered, *event.ringing}
        elif isinstance(event, e.CallerHungUp | e.CallCut):
            self.ringing -= {end.leg for end in event.ended}
        turn = advance(self.flow, self.run, event, self.now)
        assert json.dumps(run_to_json(self.run)) == before, "the argument was changed"
        self._account(turn)
        if gone or over:
            assert all(isinstance(command, FOR_OTHERS) for command in turn.commands)
        if over:
            assert not turn.entries
        if turn.run.outcome is None and turn.run.frames:
            assert turn.run.wait is not None
        self.run = run_from_json(json.loads(json.dumps(run_to_json(turn.run))))

    def _account(self, turn: Turn) -> None:
        self.kinds += [each.kind for each in turn.entries]
        times = [each.at for each in turn.entries]
        assert all(self.run.started_at <= at <= self.now for at in times)
        if turn.run.outcome is not None and turn.entries:
            assert turn.entries[-1].kind == "call_ended"
            assert max(times) == times[-1], "nothing happens after the end"
        json.dumps([each.data for each in turn.entries], allow_nan=False)
        ids = [command.id for command in turn.commands]
        assert len(ids) == len(set(ids))
        for command in turn.commands:
            assert c.from_json(json.loads(json.dumps(c.to_json(command)))) == command
            self._last = command.id
            if isinstance(command, c.RingAgent | c.RingNumber):
                self.ringing.add(command.leg)
            elif isinstance(command, c.EndLeg):
                self.ringing.discard(command.leg)
            elif isinstance(command, c.ReleaseAgent) and command.agent in self.reserved:
                self.reserved.remove(command.agent)

    def _aim(self, event: e.Event) -> e.Event:  # noqa: C901, PLR0911, PLR0912 - a table
        """Fill in the ids that fit the run just now."""
        run = self.run
        legs = {leg.state: leg.id for leg in run.legs.values()}
        match event:
            case e.PlayFinished("now", failed):
                return e.PlayFinished(run.playing or "none", failed)
            case e.RecordFinished("now", seconds):
                return e.RecordFinished(run.recording or "none", seconds)
            case e.QueueJoined():
                return replace(event, queue=run.queue or "")
            case e.QueueRefused(_, reason):
                return e.QueueRefused(run.queue or "", reason)
            case e.QueueMoved(_, place, seconds):
                return e.QueueMoved(run.queue or "", place, seconds)
            case e.AgentsReserved("now", agents, seconds):
                return e.AgentsReserved(run.queue or "", tuple(dict.fromkeys(agents)), seconds)
            case e.LegAnswered(leg) | e.TalkDelayed(leg):
                return replace(event, leg=legs.get(leg, leg))
            case e.LegFailed(leg, reason):
                return e.LegFailed(legs.get(leg, leg), reason)
            case e.LegHungUp(leg, lost):
                return e.LegHungUp(legs.get(leg, leg), lost)
            case e.WaitTimedOut("now"):
                return e.WaitTimedOut(run.wait.id if run.wait else "none")
            case e.CommandFailed("last", reason):
                return e.CommandFailed(self._last, reason)
            case e.Resumed(("all",), _):
                return e.Resumed(tuple(run.legs), tuple(run.legs))
            case e.Resumed(ended=ended) | e.CallerHungUp(_, ended) | e.CallCut(_, ended):
                aimed = tuple(replace(end, leg=legs.get(end.leg, end.leg)) for end in ended)
                return replace(event, ended=aimed)
        return event
