"""A call that the controller began and did not end: the fallback goes on, and nobody acts twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ari_app.fallback.home import Home
from ari_app.flow.commands import to_json
from ari_app.flow.engine import Flow, advance
from ari_app.flow.entries import Entry
from ari_app.flow.events import (
    AgentsReserved,
    CallOffered,
    DtmfReceived,
    LegAnswered,
    PlayFinished,
    QueueJoined,
)
from ari_app.flow.ids import call_id
from ari_app.flow.run import Run, run_to_json
from ari_app.journal.journal_error import RunTakenError
from ari_app.journal.store import Journal
from ari_app.journal.turn import SavedTurn
from ari_app.snapshot.reader import Snapshot
from tests.fallback.scripted_channel import START, ScriptedChannel
from tests.fallback.small_home import make_home
from tests.fallback.test_calls import BOTH_FREE, call, entries, of, outcome
from tests.journal.test_cel_line import as_asterisk_writes


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


def left_by_the_controller(home: Home, channel: ScriptedChannel, *events: Any) -> SavedTurn:
    """Save the run as a controller leaves it that dies after these events."""
    snapshot = Snapshot.open(home.snapshot)
    bundle = snapshot.bundle("anu-clinic", "main")
    flow = Flow.load(bundle)
    run = flow.start(call_id(channel.unique_id), channel.incoming.dialled, START)
    saved: SavedTurn | None = None
    with Journal(home.journal) as journal:
        sha = journal.keep_bundle(bundle)
        for event in (CallOffered("+97699112233", "99112233"), *events):
            turn = advance(flow, run, _aimed(event, run), START)
            run = turn.run
            saved = SavedTurn(
                call=run.call, client="anu-clinic", channel=channel.unique_id,
                linked_id=channel.unique_id, flow="main", revision=3, bundle=sha, turn=run.turn,
                state=run_to_json(run), commands=[to_json(each) for each in turn.commands],
                entries=turn.entries, at=START, ended=run.outcome is not None,
            )  # fmt: skip
            journal.commit(saved)
    assert saved is not None
    return saved


def _aimed(event: Any, run: Run) -> Any:
    """Fill in what plays, and who rings."""
    if isinstance(event, PlayFinished):
        return PlayFinished(run.playing or "")
    return LegAnswered(next(iter(run.legs))) if isinstance(event, LegAnswered) else event


def test_a_call_that_the_controller_began_goes_on_at_its_node(home: Home) -> None:
    channel = ScriptedChannel(keys={1: "3"}, hang_up_at=20)
    left_by_the_controller(home, channel, PlayFinished(""))
    lines = call(channel, home)
    assert channel.done_things[:2] == ["play menu from 0", "play leave from 0"]
    assert len(of("call_offered", lines)) == 1
    assert len(of("resumed", lines)) == 1
    assert outcome(lines) == "message"


def test_a_call_that_is_over_is_only_taken_leave_of(home: Home) -> None:
    channel = ScriptedChannel()
    saved = left_by_the_controller(home, channel)
    with Journal(home.journal) as journal:
        journal.end_run(saved.call, "anu-clinic", [Entry("call_ended", START)], START)
    lines = call(channel, home)
    assert channel.done_things == ["answer", "play goodbye from 0", "done"]
    assert len(of("call_ended", lines)) == 1


def test_a_controllers_last_turn_that_crosses_with_ours_is_taken_in(home: Home) -> None:
    channel = ScriptedChannel(keys={6: "3"}, hang_up_at=30)
    crossed: list[str] = []

    def cross() -> None:
        """The controller presses on by one turn, once, while our greeting plays."""
        if crossed or not of("resumed", entries(home)):
            return
        crossed.append("once")
        with Journal(home.journal) as journal:
            saved = journal.load(call_id(channel.unique_id))
            assert saved is not None
            state = {**saved.state, "turn": saved.turn + 1}
            journal.commit(SavedTurn(
                saved.call, saved.client, saved.channel, saved.linked_id, saved.flow,
                saved.revision, saved.bundle, saved.turn + 1, state, [], [], START,
            ))  # fmt: skip

    left_by_the_controller(home, channel, PlayFinished(""))
    channel.before_step = cross
    lines = call(channel, home)
    assert crossed
    assert len(of("resumed", lines)) == 2
    assert outcome(lines) == "message"


def test_a_controller_that_wakes_up_is_refused(home: Home) -> None:
    channel = ScriptedChannel(hang_up_at=10)
    saved = left_by_the_controller(home, channel, PlayFinished(""))
    late = replace(saved, turn=saved.turn + 1)

    def wake() -> None:
        with Journal(home.journal) as journal, pytest.raises(RunTakenError):
            journal.commit(late)

    channel.before_step = wake
    assert outcome(call(channel, home)) == "abandoned"


def test_phones_that_the_controller_left_ringing_are_ended(home: Home) -> None:
    channel = ScriptedChannel(phones=BOTH_FREE, answering="bold")
    saved = left_by_the_controller(
        home, channel, PlayFinished(""), DtmfReceived("0"), QueueJoined("reception", 1, 2),
        AgentsReserved("reception", ("saraa",), 20.0),
    )  # fmt: skip
    (leg,) = saved.state["legs"]
    lines = call(channel, home)
    assert channel.done_things[0] == f"end {leg}"
    assert of("agent_missed", lines)[0]["reason"] == "unreachable"
    assert outcome(lines) == "answered"


@pytest.mark.parametrize(("cause", "by"), [(16, "agent"), (44, "lost")])
def test_a_talk_that_ended_while_nobody_led_the_call_ended_then(
    home: Home, cause: int, by: str
) -> None:
    channel = ScriptedChannel(hang_up_at=70)
    saved = left_by_the_controller(
        home, channel, PlayFinished(""), DtmfReceived("0"),
        AgentsReserved("reception", ("bold",), 20.0), LegAnswered(""),
    )  # fmt: skip
    (leg,) = saved.state["legs"]
    home.cel.write_text(as_asterisk_writes(
        eventtype="HANGUP", eventtime=f"{START + 35:.6f}", uniqueid=leg,
        linkedid=channel.unique_id, eventextra=f'{{"hangupcause":{cause}}}',
    ))  # fmt: skip
    channel.now = START + 60
    (ended,) = of("talk_ended", call(channel, home))
    assert (ended["by"], ended["seconds"]) == (by, 35)
    assert channel.done_things[1] == "no monitor", "or silence would be recorded"
