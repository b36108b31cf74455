"""Variables that a flow reads: who sets them, and before what."""

from __future__ import annotations

from typing import Any

import pytest

from ari_app.flow.definition import validate
from ari_app.flow.inspect import Surroundings

BYE = {"type": "hangup"}


def read(name: str, then: str = "bye") -> dict[str, Any]:
    return {
        "type": "say",
        "parts": [{"kind": "digits", "value": f"${{{name}}}"}],
        "exits": {"done": then},
    }


def put(name: str, then: str, value: str = "1") -> dict[str, Any]:
    return {"type": "set", "variables": {name: value}, "exits": {"done": then}}


def flow(**nodes: Any) -> dict[str, Any]:
    return {"spec_version": 1, "start": next(iter(nodes)), "nodes": nodes}


def told(
    definition: dict[str, Any], *others: dict[str, Any], subflow: bool = False, **extra: Any
) -> list[str]:
    flows = {"main": definition, **{f"other{n}": each for n, each in enumerate(others)}}
    around = Surroundings(flows=flows, calendars={"main": {}}, queues=frozenset({"q"}))
    found = validate({**definition, **extra}, around, subflow=subflow)
    return [f"{each.severity}: {each}" for each in found if "variable" in each.message]


def test_a_variable_that_nothing_sets_is_a_warning() -> None:
    hours = {"type": "hours", "calendar": "main", "exits": {"open": "bye", "closed": "say"}}
    assert told(flow(hours=hours, say=read("opens_date"), bye=BYE)) == []
    (line,) = told(flow(hours=hours, say=read("open_date"), bye=BYE))
    assert line == (
        "warning: node say, parts.0.value: nothing sets the variable `open_date` before; "
        "did you mean `opens_date`?"
    )


@pytest.mark.parametrize("name", ["caller_number", "caller_name", "number", "language", "queue"])
def test_what_the_call_brings_along_is_there_from_the_beginning(name: str) -> None:
    assert told(flow(say=read(name), bye=BYE)) == []


def test_what_the_caller_enters_is_a_variable() -> None:
    enter = {"type": "collect", "variable": "order", "exits": {"done": "say", "max_tries": "bye"}}
    assert told(flow(enter=enter, say=read("order"), bye=BYE)) == []


def test_a_variable_that_is_set_too_late_is_a_warning() -> None:
    late = flow(say=read("topic", "put"), put=put("topic", "bye"), bye=BYE)
    assert told(late) == [
        "warning: node say, parts.0.value: nothing sets the variable `topic` before"
    ]
    assert told(flow(put=put("topic", "say"), say=read("topic"), bye=BYE)) == []


def test_what_is_set_before_a_fault_is_there_after_it() -> None:
    nodes = flow(put=put("topic", "bye"), bye=BYE, say=read("topic"))
    assert told(nodes, on_failure="say") == []


def test_another_flow_of_the_client_may_have_set_it() -> None:
    assert told(flow(say=read("topic"), bye=BYE), flow(put=put("topic", "bye"), bye=BYE)) == []


def test_a_subflow_may_be_gone_through_twice() -> None:
    assert told(flow(say=read("topic", "put"), put=put("topic", "")), subflow=True) == []


def test_a_branch_reads_a_variable_too() -> None:
    branch = {
        "type": "branch",
        "cases": [{"exit": "a", "variable": "topik", "values": ["${tpic}"]}],
        "exits": {"a": "bye", "otherwise": "bye"},
    }
    found = told(flow(put=put("topic", "branch"), branch=branch, bye=BYE))
    assert [line.split(": ")[1] for line in found] == [
        "node branch, cases.0.variable",
        "node branch, cases.0.values.0",
    ]
    assert all(line.endswith("did you mean `topic`?") for line in found)


def test_a_name_that_is_no_name_of_a_variable_is_a_warning() -> None:
    (line,) = told(flow(say=read("Caller_Number"), bye=BYE))
    assert line.endswith("did you mean `caller_number`?")
