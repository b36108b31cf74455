"""What a caller gets without the controller, told by a channel that needs no Asterisk."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agi_scripts.fallback import answer_call
from ari_app.fallback.home import Home
from ari_app.fallback.hung_up_error import LeaseLostError
from ari_app.flow.ids import call_id
from ari_app.journal.store import Journal
from ari_app.snapshot.incoming import Incoming
from ari_app.snapshot.reader import SnapshotError
from tests.fallback.scripted_channel import START, ScriptedChannel
from tests.fallback.small_home import make_home
from tests.journal.test_cel_line import as_asterisk_writes

BOTH_FREE = {"bold": "NOT_INUSE", "saraa": "NOT_INUSE", "tuya": "NOT_INUSE"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


def call(channel: ScriptedChannel, home: Home) -> list[tuple[str, dict[str, Any]]]:
    """Have the call answered; return its journal."""
    answer_call(channel, home, channel.clock)
    return entries(home)


def entries(home: Home) -> list[tuple[str, dict[str, Any]]]:
    with closing(sqlite3.connect(home.journal)) as journal:
        rows = journal.execute("SELECT kind, data FROM entries ORDER BY seq").fetchall()
    return [(kind, json.loads(data)) for kind, data in rows]


def of(kind: str, lines: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [data for each, data in lines if each == kind]


def outcome(lines: list[tuple[str, dict[str, Any]]]) -> str:
    (ended,) = of("call_ended", lines)
    return str(ended["outcome"])


@pytest.mark.parametrize(("cause", "by"), [(16, "caller"), (44, "caller_lost")])
def test_a_line_on_which_nothing_came_any_more_is_no_hang_up(
    home: Home, cause: int, by: str
) -> None:
    channel = ScriptedChannel(hang_up_at=6)
    home.cel.parent.mkdir(parents=True, exist_ok=True)
    home.cel.write_text(
        as_asterisk_writes(
            eventtype="HANGUP",
            eventtime=f"{START + 6}",
            uniqueid=channel.unique_id,
            linkedid=channel.unique_id,
            eventextra=json.dumps({"hangupcause": cause}),
        )
    )
    (ended,) = of("call_ended", call(channel, home))
    assert (ended["outcome"], ended["by"]) == ("abandoned", by)


def test_the_caller_hears_the_clients_greeting_and_menu(home: Home) -> None:
    channel = ScriptedChannel(hang_up_at=6)
    lines = call(channel, home)
    assert channel.done_things == ["answer", "play welcome from 0", "play menu from 0"]
    (offered,) = of("call_offered", lines)
    assert offered["caller_number"] == "+97699112233"
    assert offered["number"] == "+97670110001"
    assert outcome(lines) == "abandoned"
    assert len(of("callback_booked", lines)) == 1


def test_a_key_during_the_greeting_is_kept_for_the_menu_and_the_greeting_goes_on(
    home: Home,
) -> None:
    channel = ScriptedChannel(keys={1.5: "3"}, hang_up_at=20)
    lines = call(channel, home)
    assert channel.done_things[:4] == [
        "answer", "play welcome from 0", "play welcome from 12000", "play leave from 0",
    ]  # fmt: skip
    assert outcome(lines) == "message"


def test_all_free_agents_of_the_client_ring_together_and_the_talk_is_recorded(home: Home) -> None:
    channel = ScriptedChannel(keys={5: "0"}, phones=BOTH_FREE, answering="bold", talk_seconds=10)
    lines = call(channel, home)
    (talk,) = of("talk_started", lines)
    recording = talk["recording"]
    assert talk["agent"] == "bold"
    rang = channel.done_things.index(
        "ring PJSIP/agent-saraa for 12 PJSIP/agent-bold for 12 with default"
    )
    assert channel.done_things[rang - 2 : rang] == [
        "show Anu Clinic 1st +97699112233",
        f"monitor {recording}-caller.sln48 {recording}-agent.sln48",
    ]
    assert of("talk_ended", lines)[0]["seconds"] == 10
    assert of("queue_left", lines)[0]["waited_seconds"] == 1
    assert outcome(lines) == "answered"
    assert channel.done_things[-1] == "done"


def test_a_caller_who_hangs_up_in_the_talk_was_answered(home: Home) -> None:
    channel = ScriptedChannel(
        keys={5: "0"}, phones=BOTH_FREE, answering="saraa", talk_seconds=60, hang_up_at=16
    )
    lines = call(channel, home)
    assert outcome(lines) == "answered"
    assert of("talk_ended", lines)[0] | {"leg": ""} == {
        "leg": "", "agent": "saraa", "by": "caller", "seconds": 10,
    }  # fmt: skip
    assert "done" not in channel.done_things


def test_with_no_phone_reachable_the_flow_goes_on_at_once(home: Home) -> None:
    channel = ScriptedChannel(keys={5: "0"}, hang_up_at=20)
    lines = call(channel, home)
    assert of("queue_left", lines)[0]["reason"] == "no_agents"
    assert "play nobody from 0" in channel.done_things
    assert outcome(lines) == "message"


def test_an_agents_own_ring_time_and_a_queues_own_music_count_without_the_controller(
    tmp_path: Path,
) -> None:
    home = make_home(tmp_path / "own", bold={"ring_seconds": 5}, reception={"music": "own"})
    channel = ScriptedChannel(keys={5: "0"}, phones=BOTH_FREE, hang_up_at=120)
    call(channel, home)
    assert "music own" in channel.done_things
    assert "ring PJSIP/agent-saraa for 12 PJSIP/agent-bold for 5 with own" in channel.done_things


def test_the_music_goes_on_after_phones_rang_in_vain(home: Home) -> None:
    channel = ScriptedChannel(keys={5: "0"}, phones=BOTH_FREE, hang_up_at=30)
    call(channel, home)
    rang = next(n for n, each in enumerate(channel.done_things) if each.startswith("ring"))
    assert "music default" in channel.done_things[rang : rang + 3]


def test_phones_in_use_are_waited_for_with_music(home: Home) -> None:
    phones = {"bold": "INUSE"}
    channel = ScriptedChannel(keys={5: "0"}, phones=phones, answering="bold")

    def free_after_a_while() -> None:
        if channel.now > START + 15:
            phones["bold"] = "NOT_INUSE"

    channel.before_step = free_after_a_while
    lines = call(channel, home)
    assert "music default" in channel.done_things
    assert 10 < of("queue_left", lines)[0]["waited_seconds"] < 20
    assert outcome(lines) == "answered"


def test_nobody_answers_until_the_longest_wait_and_the_caller_leaves_a_message(home: Home) -> None:
    channel = ScriptedChannel(keys={5: "0"}, phones=BOTH_FREE, hang_up_at=120)
    lines = call(channel, home)
    rings = [each for each in channel.done_things if each.startswith("ring")]
    assert 3 <= len(rings) <= 5, "again and again, with pauses"
    assert {each["reason"] for each in of("agent_missed", lines)} == {"no_answer"}
    assert of("queue_left", lines)[0]["reason"] == "timeout"
    assert outcome(lines) == "message"
    assert list((home.monitor / "anu-clinic").iterdir()) == [], "nothing was recorded"


def test_a_key_leaves_the_ringing_for_a_callback(home: Home) -> None:
    channel = ScriptedChannel(keys={5: "0", 9: "*"}, phones=BOTH_FREE)
    lines = call(channel, home)
    (booked,) = of("callback_booked", lines)
    assert (booked["number"], booked["reason"]) == ("+97699112233", "key")
    assert outcome(lines) == "callback"


def test_a_key_that_leads_nowhere_does_not_end_the_ringing(home: Home) -> None:
    channel = ScriptedChannel(keys={5: "0", 9: "7"}, phones=BOTH_FREE, hang_up_at=30)
    lines = call(channel, home)
    assert of("queue_left", lines)[0]["reason"] == "hung_up"
    assert len([each for each in channel.done_things if each.startswith("ring")]) >= 2


def test_a_message_is_recorded_where_the_recorder_looks(home: Home) -> None:
    channel = ScriptedChannel(keys={5: "3", 14: "#"})
    lines = call(channel, home)
    (left,) = of("message_left", lines)
    assert f"record {left['recording']}" in channel.done_things
    assert left["seconds"] == pytest.approx(8, abs=0.05)
    assert outcome(lines) == "message"


def test_a_blocked_caller_is_not_answered(home: Home) -> None:
    channel = ScriptedChannel()
    channel.caller_raw = "88000000"
    assert outcome(call(channel, home)) == "blocked"
    assert channel.done_things == ["done"]


def test_a_number_that_nobody_owns_is_told_so(home: Home) -> None:
    channel = ScriptedChannel()
    channel.incoming = Incoming("4711")
    lines = call(channel, home)
    assert "play unassigned from 0" in channel.done_things
    assert outcome(lines) == "self_served"
    assert channel.done_things[-1] == "done"


def test_who_hangs_up_on_a_number_that_nobody_owns_is_promised_nothing(home: Home) -> None:
    channel = ScriptedChannel(hang_up_at=0.5)
    channel.incoming = Incoming("4711")
    lines = call(channel, home)
    assert outcome(lines) == "abandoned"
    assert of("callback_booked", lines) == []


@pytest.mark.parametrize("number", ["", "../../etc", "${SHELL(id)}"])
def test_hostile_callers_are_text_and_nothing_else(home: Home, number: str) -> None:
    channel = ScriptedChannel(keys={5: "0"}, phones=BOTH_FREE, answering="bold")
    channel.caller_raw, channel.caller_name = number, '"&PJSIP/op,60 ${SHELL(id)}'
    lines = call(channel, home)
    assert of("call_offered", lines)[0]["caller_name"] == channel.caller_name
    assert "show Anu Clinic 1st anonymous" in channel.done_things
    assert not any(word in each for each in channel.done_things for word in ("SHELL", "op,", "etc"))


def test_without_a_snapshot_the_dialplan_has_the_caller(home: Home) -> None:
    (home.snapshot / "1" / "house.json").write_text("damaged")
    channel = ScriptedChannel()
    with pytest.raises(SnapshotError):
        answer_call(channel, home, channel.clock)
    assert "done" not in channel.done_things


def test_when_the_lease_is_lost_nothing_more_is_done_and_the_run_stays_open(home: Home) -> None:
    channel = ScriptedChannel()

    def lose() -> None:
        raise LeaseLostError("the lease ran out")

    channel.before_step = lose
    assert not answer_call(channel, home, channel.clock)
    assert of("call_ended", entries(home)) == []
    with Journal(home.journal) as journal:
        assert len(journal.open_runs()) == 1


def test_a_journal_that_cannot_be_written_leaves_the_call_in_the_spool(home: Home) -> None:
    home.journal.write_bytes(b"not a database, but long enough to look at" * 100)
    channel = ScriptedChannel(keys={5: "3"}, hang_up_at=20)
    assert not answer_call(channel, home, channel.clock)
    documents = [json.loads(file.read_text()) for file in sorted(home.spool.glob("*.json"))]
    assert {each["call"] for each in documents} == {call_id(channel.unique_id)}
    kinds = [line["kind"] for each in documents for line in each["entries"]]
    assert (kinds[0], kinds[-1]) == ("call_offered", "call_ended")
    assert kinds.count("message_left") == 1
