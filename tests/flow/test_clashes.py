"""Keys that clash, in one node or between nodes, and keys of which callers are told in vain."""

from __future__ import annotations

from typing import Any

import pytest

from ari_app.flow.nodes import node_type
from tests.flow.test_definition import BOX, BYE, flow, told


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"type": "callback", "refuse_key": "1"}, "refuse_key: 1 accepts the number; "),
        ({"type": "callback", "refuse_key": "2"}, "refuse_key: 2 asks for another number; "),
        ({"type": "message", "review": True, "finish_key": "2"}, "finish_key: pressed twice, 2 "),
        ({"type": "message", "review": True, "finish_key": "1"}, "finish_key: pressed twice, 1 "),
        (
            {"type": "collect", "variable": "v", "finish_key": "5"},
            'finish_key: no number with a 5 can be entered; write "#" or "*"',
        ),
    ],
)
def test_a_key_that_already_means_something_in_the_same_node_is_refused(
    node: dict[str, Any], words: str
) -> None:
    exits = dict.fromkeys(("done", "booked", "refused", "max_tries", "too_short"), "bye")
    errors = [line for line in told(flow(it={**node, "exits": exits}, bye=BYE)) if "error" in line]
    assert len(errors) == 1
    assert words in errors[0]


@pytest.mark.parametrize(
    "node",
    [
        {"type": "callback", "refuse_key": "1", "confirm": False},
        {"type": "callback", "refuse_key": "2", "other_number": False},
        {"type": "message", "finish_key": "2", "prompt": "own"},
        {"type": "collect", "variable": "v", "max_digits": 1, "finish_key": "5"},
    ],
)
def test_a_key_that_means_nothing_else_there_is_taken(node: dict[str, Any]) -> None:
    exits = dict.fromkeys(("done", "booked", "refused", "max_tries", "too_short"), "bye")
    assert [
        line for line in told(flow(it={**node, "exits": exits}, bye=BYE)) if "error" in line
    ] == []


@pytest.mark.parametrize("between", ["hours", "play"])
def test_a_key_that_refuses_recording_and_chooses_in_the_next_menu_is_a_warning(
    between: str,
) -> None:
    hello = {
        "type": "greeting",
        "prompt": "p",
        "refuse_recording_key": "9",
        "exits": {"done": "on"},
    }
    exits = dict.fromkeys(("open", "closed") if between == "hours" else ("done",), "menu")
    named = {"calendar": "c"} if between == "hours" else {"prompt": "p"}
    on = {"type": between, **named, "exits": exits}
    menu: dict[str, Any] = {
        "type": "menu",
        "prompt": "p",
        "exits": {"1": "box", "9": "box", "max_tries": "box"},
    }
    words = (
        "warning: node hello, refuse_recording_key: who presses 9 early, for the node menu, goes "
        "unrecorded; write a key that is free there"
    )
    assert words in told(flow(hello=hello, on=on, menu=menu, box=BOX, bye=BYE))
    menu["exits"] = {"1": "box", "max_tries": "box"}
    assert words not in told(flow(hello=hello, on=on, menu=menu, box=BOX, bye=BYE))


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (
            {"type": "queue", "queue": "q", "comfort_prompts": ["standard:queue/key_callback"]},
            "exits.*: `standard:queue/key_callback` tells callers to press *",
        ),
        (
            {"type": "voicemail", "finish_key": "1"},
            "finish_key: `standard:voicemail/leave` tells callers to press #",
        ),
        (
            {"type": "callback", "refuse_key": "9"},
            "refuse_key: `standard:callback/confirm` tells callers to press 0",
        ),
    ],
)
def test_a_key_of_which_callers_are_told_in_vain_is_a_warning(
    node: dict[str, Any], words: str
) -> None:
    exits = dict.fromkeys(("done", "timeout", "booked", "refused", "max_tries"), "bye")
    exits = {
        name: end for name, end in exits.items() if name in node_type(node["type"], "it").EXITS
    }
    assert told(flow(it={**node, "exits": exits}, bye=BYE)) == [f"warning: node it, {words}"]
