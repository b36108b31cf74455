"""What authors are told about their flows: the node, the field, and what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ari_app.flow.definition import json_schema, validate
from ari_app.flow.inspect import Surroundings, subflows
from ari_app.flow.manual import example
from ari_app.flow.nodes import TYPES, node_type
from ari_app.flow.reading import read
from ari_app.flow.setting import Text

BYE = {"type": "hangup"}
BOX = {"type": "voicemail", "exits": {"done": "bye"}}


def flow(**nodes: Any) -> dict[str, Any]:
    return {"spec_version": 1, "name": "Main", "start": next(iter(nodes)), "nodes": nodes}


def told(definition: Any, surroundings: Surroundings | None = None) -> list[str]:
    return [f"{each.severity}: {each}" for each in validate(definition, surroundings)]


@pytest.mark.parametrize("name", TYPES)
def test_the_manuals_example_is_sound(name: str) -> None:
    kind = node_type(name, name)
    data = example(kind)
    assert data["type"] == name
    read(kind, data, "the example")
    ends = dict.fromkeys(data.get("exits", {}).values(), BYE)
    problems = validate({**flow(it=data), "nodes": {"it": data, **ends}})
    assert [each for each in problems if each.severity == "error"] == []


def test_a_sound_flow_has_no_problem() -> None:
    menu = {"type": "menu", "prompt": "menu", "exits": {"1": "box", "max_tries": "bye"}}
    assert told(flow(menu=menu, box=BOX, bye=BYE)) == []


@pytest.mark.parametrize(
    "kind", [{"type": "menu", "prompt": "m"}, {"type": "collect", "variable": "v"}]
)
def test_a_question_whose_two_failures_lead_on_needs_no_third_way(kind: dict[str, Any]) -> None:
    exits = {"1": "bye", "done": "bye", "no_input": "bye", "no_match": "bye"}
    errors = [line for line in told(flow(it={**kind, "exits": exits}, bye=BYE)) if "error" in line]
    assert errors == []
    del exits["no_match"]
    [error] = [line for line in told(flow(it={**kind, "exits": exits}, bye=BYE)) if "error" in line]
    assert "exits.max_tries" in error


def test_the_open_ends_of_a_subflow_lead_back() -> None:
    hours = flow(hours={"type": "hours", "calendar": "main", "exits": {}})
    exits = {"done": "bye", "closed": "box"}
    main = flow(opening={"type": "subflow", "flow": "opening", "exits": exits}, box=BOX, bye=BYE)
    flows = {"main": main, "opening": hours}
    client = Surroundings(calendars={"main": {}}, flows=flows)
    assert subflows(flows, ["main"]) == {"opening"}
    assert validate(hours, client, subflow=True) == []
    assert validate(main, client) == []
    assert {each.field for each in validate(hours, client)} == {"exits.open", "exits.closed"}


@pytest.mark.parametrize(
    "node",
    [
        {"type": "language", "language": "mn", "exits": {"done": "it"}},
        {"type": "callback", "confirm": False, "booked_prompt": None, "exits": {"booked": "it"}},
    ],
)
def test_a_loop_in_which_nobody_waits_is_found_whatever_it_is_made_of(node: dict[str, Any]) -> None:
    assert any("without ever waiting" in line for line in told(flow(it=node)))


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"type": "menu"}, "node it, prompt: the field `prompt` is missing"),
        (
            {"type": "menu", "prompt": "m", "tries": 99},
            "node it, tries: write a number between 1 and 10, not 99",
        ),
        ({"type": "menu", "prompt": "m", "tries": "3"}, "node it, tries: write 3 without quotes"),
        ({"type": "menu", "prompt": "../etc"}, "node it, prompt: `../etc` is no name here"),
        (
            {"type": "menu", "prompt": "m", "retries": 3},
            "node it, retries: nobody knows the field `retries`",
        ),
        ({"type": "say", "parts": [{"kind": "song", "value": "1"}]}, "node it, parts.0.kind:"),
        ({"type": "branch", "cases": []}, "node it, cases:"),
        ({"type": "lookup"}, "node it, type: there is no node type `lookup`; there are greeting, "),
        ({"prompt": "m"}, "node it, type: the node has no type"),
        ("menu", "node it: fields belong here"),
    ],
)
def test_a_wrong_setting_is_named(node: Any, words: str) -> None:
    assert any(words in line for line in told(flow(it=node))), told(flow(it=node))


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (None, "flow: a flow has fields"),
        ({"nodes": {}}, "spec_version"),
        ({**flow(bye=BYE), "colour": "red"}, "flow, colour: nobody knows the field `colour`"),
        (
            {**flow(bye=BYE), "nodes": {"Bad Name": BYE}},
            "node Bad Name: `Bad Name` is no name here",
        ),
        ({**flow(bye=BYE), "nodes": {}}, "flow, nodes:"),
        ({**flow(bye=BYE), "start": "gone"}, "flow, start: there is no node gone"),
        ({**flow(bye=BYE), "on_failure": "gone"}, "flow, on_failure: there is no node gone"),
        ({**flow(bye=BYE), "name": object()}, "flow: this flow holds what is no text"),
    ],
)
def test_a_wrong_flow_is_named(definition: Any, words: str) -> None:
    assert any(words in line for line in told(definition)), told(definition)


@pytest.mark.parametrize(
    "node",
    [
        {"type": "queue", "queue": "q", "exits": {"timeout": "bye"}},
        {"type": "transfer", "number": "+97677001122", "exits": {"failed": "bye"}},
    ],
)
def test_music_that_asterisk_does_not_have_is_a_warning(node: dict[str, Any]) -> None:
    def words(music: str, known: str) -> list[str]:
        house = Surroundings(queues=frozenset({"q"}), music=frozenset({"default", known}))
        found = told(flow(it={**node, "music": music}, bye=BYE), house)
        return [line for line in found if "music" in line]

    assert words("spring", "spring") == []
    [warning] = words("sprung", "spring")
    assert warning.startswith("warning: node it, music: there is no music sprung; callers hear ")
    assert warning.endswith("; did you mean `spring`?")


def test_an_exit_to_nowhere_is_an_error() -> None:
    hello = {"type": "greeting", "prompt": "welcome", "exits": {"done": "gone"}}
    assert told(flow(hello=hello)) == [
        "error: node hello, exits.done: leads to gone, which does not exist"
    ]


def test_an_exit_without_a_follower_is_an_error_unless_another_stands_in() -> None:
    line = {"type": "queue", "queue": "reception"}
    (problem,) = told(flow(line=line))
    assert problem == (
        "error: node line, exits.timeout: the queue has no way on by its exit `timeout`; "
        "add `timeout: NODE`"
    )
    assert told(flow(line={**line, "exits": {"timeout": "bye"}}, bye=BYE)) == []


def test_an_exit_that_is_never_taken_is_a_warning() -> None:
    hello = {"type": "greeting", "prompt": "welcome", "exits": {"done": "bye", "1": "bye"}}
    assert told(flow(hello=hello, bye=BYE)) == ["warning: node hello, exits.1: is never taken"]


def test_a_node_that_nobody_reaches_is_a_warning() -> None:
    assert told(flow(bye=BYE, island=BYE)) == ["warning: node island: is never reached"]
    assert told({**flow(bye=BYE, island=BYE), "on_failure": "island"}) == []


def test_a_loop_without_a_wait_is_an_error() -> None:
    one = {"type": "set", "variables": {"a": "1"}, "exits": {"done": "two"}}
    two = {
        "type": "branch",
        "cases": [{"exit": "again", "known": True}],
        "exits": {"again": "one", "otherwise": "bye"},
    }
    lines = told(flow(one=one, two=two, bye=BYE))
    assert lines == [
        "error: node one, exits: comes back here without ever waiting for anything",
        "error: node two, exits: comes back here without ever waiting for anything",
    ]


def test_hours_that_leave_the_caller_unheard_are_a_warning() -> None:
    hours = {"type": "hours", "calendar": "main", "exits": {"open": "box", "closed": "bye"}}
    lines = told(flow(hours=hours, box=BOX, bye=BYE))
    assert [line.split(":")[1] for line in lines] == [" node hours, exits.closed"]
    hours["exits"] = {"open": "bye", "closed": "box"}
    assert told(flow(hours=hours, box=BOX, bye=BYE)) == []


def test_names_that_the_client_does_not_have_are_errors() -> None:
    nodes = flow(
        hours={"type": "hours", "calendar": "gone", "exits": {"open": "line", "closed": "sub"}},
        line={
            "type": "queue",
            "queue": "gone",
            "busy_greeting": "standard:queue/busy",
            "comfort_prompts": ["welcome", "gone"],
            "exits": {"timeout": "survey"},
        },
        survey={"type": "survey", "questions": [{"name": "q", "prompt": "gone"}]},
        sub={"type": "subflow", "flow": "gone", "exits": {"done": "line"}},
    )
    errors = [each.split(": ", 1)[1] for each in told(nodes, Surroundings(frozenset({"welcome"})))]
    assert {each for each in errors if "there is no" in each} == {
        "node hours, calendar: there is no calendar gone",
        "node line, queue: there is no queue gone",
        "node line, comfort_prompts.1: there is no prompt gone",
        "node survey, questions.0.prompt: there is no prompt gone",
        "node sub, flow: there is no flow gone",
    }


def test_a_subflow_must_be_left_by_an_exit_that_leads_on() -> None:
    opening = flow(hours={"type": "hours", "calendar": "main"})
    known = Surroundings(calendars={"main": {}}, flows={"opening": opening})
    node = {"type": "subflow", "flow": "opening", "exits": {"closed": "box"}}
    lines = told(flow(sub=node, box=BOX, bye=BYE), known)
    assert lines == [
        (
            "error: node sub, exits.done: the subflow has no way on by its exit `done`; "
            "add `done: NODE`"
        )
    ]
    node["exits"] = {"closed": "box", "open": "bye"}
    assert told(flow(sub=node, box=BOX, bye=BYE), known) == []


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"type": "collect", "variable": "a", "min_digits": 9, "max_digits": 3}, "min_digits"),
        ({"type": "language"}, "write either `choices` or `language`"),
        ({"type": "survey", "questions": [{"name": "q"}], "lowest": 9}, "lowest"),
    ],
)
def test_settings_that_contradict_each_other_are_named(node: dict[str, Any], words: str) -> None:
    exits = {"done": "bye", "max_tries": "bye"}
    lines = told(flow(it={**node, "exits": exits}, bye=BYE))
    assert any(line.startswith("error: node it,") and words in line for line in lines)


def test_the_schema_tells_an_editor_what_it_needs() -> None:
    schema = json_schema()
    json.dumps(schema)
    queue = schema["$defs"]["QueueNode"]
    assert queue["properties"]["queue"]["x-role"] == "queue"
    assert queue["properties"]["max_wait_seconds"]["maximum"] == 7200
    assert queue["x-keys"] is True
    assert set(queue["x-exits"]) == {"done", "timeout", "no_agents", "full"}
    assert all(f"{name.capitalize()}Node" in schema["$defs"] for name in TYPES)
    for name in TYPES:
        settings = schema["$defs"][f"{name.capitalize()}Node"]["properties"]
        for field in set(settings) - {"type", "exits"}:
            assert settings[field]["description"], f"{name}.{field} says not what it means"


def test_the_two_checks_of_a_pattern_agree() -> None:
    """Python's and pydantic's patterns are not the same language; these here are."""
    text = Text(r"^[a-z]{2,3}$", 80)
    assert text.problem("mn") is None
    assert text.problem("MN") == "`MN` cannot stand here"
    assert text.problem("mn\n") == "`mn\N{REPLACEMENT CHARACTER}` cannot stand here"
    assert "at most" in (text.problem("x" * 81) or "")
