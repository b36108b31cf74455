"""What the caller is told about the wait."""

from ari_app.acd.line import Line
from ari_app.acd.position import Place, place
from tests.acd.people import NOW, agent, caller


def test_the_caller_hears_how_many_are_before_them_and_how_long_it_may_take() -> None:
    line = Line([caller("first", 30), caller("second", 20), caller("elsewhere", 90, queue="sales")])
    team = [agent("bold", state="talking"), agent("saraa"), agent("dorj", state="paused")]
    assert place(line, "second", team, NOW, 120.0) == Place(2, 2, 120.0)


def test_nobody_at_work_means_no_promise_about_the_wait() -> None:
    line = Line([caller("first")])
    assert place(line, "first", [agent("bold", state="offline")], NOW, 120.0) == Place(1, 0, None)


def test_a_higher_priority_stands_before_but_not_before_one_past_the_guard() -> None:
    line = Line([caller("old", 200), caller("usual", 100), caller("vip", 1, priority=1)])
    places = {call: place(line, call, [], NOW, 1.0) for call in ("old", "usual", "vip")}
    assert {call: found and found.position for call, found in places.items()} == {
        "old": 1,
        "vip": 2,
        "usual": 3,
    }


def test_one_who_does_not_wait_has_no_place() -> None:
    assert place(Line(), "nobody", [], NOW, 1.0) is None
