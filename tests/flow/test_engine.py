"""The interpreter as its users need it: light, pure, and with ids that never repeat."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ari_app.flow import events as e
from ari_app.flow.engine import Flow, advance
from ari_app.flow.run import Run, run_to_json
from ari_app.flow.unassigned import unassigned
from tests.flow.story import CALLER, START, bundle

ROOT = Path(__file__).parents[2]

NODES = {
    "menu": {"type": "menu", "prompt": "menu", "exits": {"1": "bye", "max_tries": "bye"}},
    "bye": {"type": "hangup"},
}


def test_the_interpreter_starts_without_any_installed_library() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from ari_app.flow import commands, entries, events, ids, spoken\n"
        "from ari_app.flow.engine import Flow, advance\n"
        "from ari_app.flow.nodes import TYPES, node_type\n"
        "from ari_app.flow.hours import Calendar\n"
        "from ari_app.flow.run import run_from_json\n"
        "[node_type(name, name) for name in TYPES]\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
    )
    strangers = set(done.stdout.split()) - set(sys.stdlib_module_names) - {"__main__"}
    assert {name for name in strangers if not name.startswith("_sysconfigdata")} == {"ari_app"}


def test_a_turn_leaves_the_run_that_it_was_given_as_it_was() -> None:
    flow = Flow.load(bundle({"nodes": NODES}))
    run = advance(flow, flow.start("call", "", START), e.CallOffered(CALLER), START).run
    before = run_to_json(run)
    turn = advance(flow, run, e.DtmfReceived("7"), START + 1)
    assert run_to_json(run) == before
    assert turn.run is not run


def test_an_event_that_concerns_nobody_leaves_the_very_same_run() -> None:
    flow = Flow.load(bundle({"nodes": NODES}))
    run = advance(flow, flow.start("call", "", START), e.CallOffered(CALLER), START).run
    for late in (e.PlayFinished("older"), e.WaitTimedOut("older"), e.CallOffered(CALLER)):
        turn = advance(flow, run, late, START + 1)
        assert turn.run is run
        assert not turn.commands
        assert not turn.entries


def test_the_same_turn_taken_twice_makes_the_same_ids() -> None:
    flow = Flow.load(bundle({"nodes": NODES}))
    run = flow.start("call", "", START)
    first = advance(flow, run, e.CallOffered(CALLER), START)
    assert first == advance(flow, run, e.CallOffered(CALLER), START)
    assert [command.id for command in first.commands] == ["call-1-001", "call-1-002"]


def test_an_endless_call_is_broken_off_after_a_thousand_nodes() -> None:
    nodes = {"hello": {"type": "greeting", "prompt": "gone", "exits": {"done": "hello"}}}
    flow = Flow.load(bundle({"nodes": nodes}))
    run = advance(flow, flow.start("call", "", START), e.CallOffered(CALLER), START).run
    for _ in range(1100):
        run = advance(flow, run, e.PlayFinished(run.playing or "", failed=True), START).run
    assert run.outcome == "callback"


LINE = {"line": {"type": "queue", "queue": "reception", "exits": {"timeout": "line"}}}


def _ringing() -> tuple[Flow, Run, str]:
    """A call for which an agent's phone rings, and the phone's leg."""
    flow = Flow.load(bundle({"nodes": LINE}))
    run = advance(flow, flow.start("call", "", START), e.CallOffered(CALLER), START).run
    run = advance(flow, run, e.AgentsReserved("reception", ("bold",), 20.0), START).run
    return flow, run, next(iter(run.legs))


def test_neither_legs_nor_memory_of_the_given_run_change() -> None:
    flow, run, leg = _ringing()
    before = json.dumps(run_to_json(run))
    advance(flow, run, e.LegAnswered(leg), START + 3)
    advance(flow, run, e.LegFailed(leg, "busy"), START + 3)
    assert json.dumps(run_to_json(run)) == before


def test_a_flow_that_breaks_while_a_phone_rings_lets_go_of_the_agent() -> None:
    _, run, leg = _ringing()
    turn = advance(Flow.load({}), run, e.LegAnswered(leg), START + 3)
    names = [type(command).__name__ for command in turn.commands]
    assert names[:3] == ["EndLeg", "ReleaseAgent", "LeaveQueue"]
    assert turn.run.callback_booked


def test_on_a_number_that_nobody_owns_not_even_a_broken_flow_promises_anything() -> None:
    flow = Flow.load({**unassigned("mn"), "definition": {}})
    turn = advance(flow, flow.start("call", "4711", START), e.CallOffered(CALLER), START)
    assert "flow_failed" in {entry.kind for entry in turn.entries}
    end = advance(flow, turn.run, e.PlayFinished(turn.run.playing or ""), START + 5)
    assert end.run.outcome == "abandoned"
    assert "callback_booked" not in {entry.kind for entry in (*turn.entries, *end.entries)}


def test_a_flow_that_breaks_leaves_a_talk_alone_until_it_ends() -> None:
    flow, run, leg = _ringing()
    run = advance(flow, run, e.LegAnswered(leg), START + 3).run
    broken = Flow.load({})
    turn = advance(broken, run, e.DtmfReceived("1"), START + 9)
    assert not turn.commands
    assert [entry.kind for entry in turn.entries] == ["flow_failed"]
    turn = advance(broken, turn.run, e.LegHungUp(leg), START + 19)
    assert not turn.run.legs
    assert {"Disconnect", "ReleaseAgent", "Play"} <= {type(each).__name__ for each in turn.commands}


def test_a_caller_who_types_without_end_fills_no_memory() -> None:
    nodes = {"hello": {"type": "greeting", "prompt": "welcome", "exits": {"done": "hello"}}}
    flow = Flow.load(bundle({"nodes": nodes}))
    run = advance(flow, flow.start("call", "", START), e.CallOffered(CALLER), START).run
    for _ in range(100):
        run = advance(flow, run, e.DtmfReceived("5"), START).run
    assert run.digits == "5" * 64


def test_a_variable_that_doubles_itself_stays_short() -> None:
    double = {"type": "set", "variables": {"a": "x${a}${a}x"}, "exits": {"done": "wait"}}
    wait = {"type": "greeting", "prompt": "welcome", "exits": {"done": "double"}}
    flow = Flow.load(bundle({"nodes": {"double": double, "wait": wait}}))
    run = advance(flow, flow.start("call", "", START), e.CallOffered(CALLER), START).run
    for _ in range(20):
        run = advance(flow, run, e.PlayFinished(run.playing or ""), START).run
    assert len(run.variables["a"]) == 250
