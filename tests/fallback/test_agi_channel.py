"""The words of AGI, spoken with an Asterisk that a test plays."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ari_app.fallback.agi_channel import AgiChannel
from ari_app.fallback.answers import Answers
from ari_app.fallback.channel import KEYS, Channel, Played, Rung
from ari_app.fallback.hung_up_error import HungUpError, LeaseLostError
from ari_app.snapshot.incoming import Incoming
from tests.journal.test_cel_line import as_asterisk_writes

UNIQUE_ID = "duudlaga-1770000000.7"
GREETING = f"""agi_uniqueid: {UNIQUE_ID}
agi_callerid: unknown
agi_calleridname: <b>: \\" \ufffd
"""


class PlayedAsterisk:
    """Answers each command with what ``answers`` has for its beginning, else with 0."""

    def __init__(self, cel: Path) -> None:
        self.cel = cel
        self.commands: list[str] = []
        self.answers: dict[str, str | Callable[[], str]] = {}
        to_script, self._to_script = os.pipe()
        self._from_script, from_script = os.pipe()
        self._source = os.fdopen(to_script, encoding="utf-8", errors="replace", newline="\n")
        self._target = os.fdopen(from_script, "w", encoding="utf-8")
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def channel(self) -> AgiChannel:
        os.write(self._to_script, f"{GREETING}\n".encode())
        return AgiChannel(Answers(self.cel), self._source, self._target)

    def close(self) -> None:
        self._target.close()
        self._thread.join(5)
        self._source.close()

    def _listen(self) -> None:
        with os.fdopen(self._from_script, encoding="utf-8") as commands:
            for line in commands:
                command = line.strip()
                self.commands.append(command)
                answer = next(
                    (text for start, text in self.answers.items() if command.startswith(start)),
                    "200 result=0",
                )
                text = answer if isinstance(answer, str) else answer()
                if text == "gone":
                    break
                os.write(self._to_script, f"{text}\n".encode())
        os.close(self._to_script)


@pytest.fixture
def asterisk(tmp_path: Path) -> Iterator[PlayedAsterisk]:
    before = signal.getsignal(signal.SIGHUP)
    made = PlayedAsterisk(tmp_path / "cel.jsonl")
    yield made
    made.close()
    signal.signal(signal.SIGHUP, before)


def test_who_calls_is_read_as_text_and_unknown_as_nothing(asterisk: PlayedAsterisk) -> None:
    asterisk.answers["GET FULL VARIABLE"] = "200 result=1 (97670110001)"
    channel = asterisk.channel()
    assert channel.unique_id == UNIQUE_ID
    assert (channel.caller_raw, channel.caller_name) == ("", '<b>: \\" \ufffd')
    assert channel.incoming == Incoming("97670110001")


def test_a_key_stops_a_sound_and_says_where(asterisk: PlayedAsterisk) -> None:
    channel = asterisk.channel()
    asterisk.answers["STREAM FILE"] = "200 result=48 endpos=12000"
    assert channel.play("/prompts/welcome", 800, 4.0) == Played("0", 12000)
    assert asterisk.commands[-2:] == [
        'SET VARIABLE "TIMEOUT(absolute)" "9.000"',
        f'STREAM FILE "/prompts/welcome" "{KEYS}" 800',
    ]


def test_a_message_has_the_length_that_asterisk_says(asterisk: PlayedAsterisk) -> None:
    channel = asterisk.channel()
    asterisk.answers["RECORD FILE"] = "200 result=35 (dtmf) endpos=144000"
    assert channel.record("/messages/x", "#", 60, 6, beep=True) == 3.0
    assert asterisk.commands[-1] == 'RECORD FILE "/messages/x" sln48 "#" 60000 BEEP s=6'


GONE = ["gone", "HANGUP", "200 result=-1 (hangup) endpos=9", "511 Command Not Permitted"]


@pytest.mark.parametrize("answer", GONE)
@pytest.mark.parametrize(
    "act",
    [
        lambda channel: channel.play("x", 0, 1.0),
        lambda channel: channel.wait(5.0),
        lambda channel: channel.record("x", "#", 9, 9, beep=False),
        lambda channel: channel.answer(),
        lambda channel: channel.phone_state("bold"),
    ],
    ids=["playing", "waiting", "recording", "answering", "asking"],
)
def test_however_asterisk_says_it_a_hang_up_is_a_hang_up(
    asterisk: PlayedAsterisk, answer: str, act: Callable[[Channel], object]
) -> None:
    channel = asterisk.channel()
    for command in ("STREAM", "WAIT", "RECORD", "ANSWER", "GET"):
        asterisk.answers[command] = answer
    with pytest.raises(HungUpError):
        act(channel)


def test_a_hang_up_between_two_commands_is_seen(asterisk: PlayedAsterisk) -> None:
    channel = asterisk.channel()
    os.kill(os.getpid(), signal.SIGHUP)
    with pytest.raises(HungUpError):
        channel.wait(1.0)


def test_after_the_lease_a_hang_up_is_none(
    asterisk: PlayedAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = asterisk.channel()
    asterisk.answers["STREAM FILE"] = "gone"
    clock = iter([1000.0])
    monkeypatch.setattr("ari_app.fallback.agi_channel.time.monotonic", lambda: next(clock, 1009.1))
    with pytest.raises(LeaseLostError):
        channel.play("x", 0, 4.0)


def test_a_lease_that_a_slow_asterisk_granted_is_known_to_have_run_out(
    asterisk: PlayedAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = asterisk.channel()
    now = [1000.0]

    def after(seconds: float, answer: str) -> Callable[[], str]:
        def come() -> str:
            now[0] += seconds
            return answer

        return come

    # The lease of 9 seconds began when it was asked for; the answer came two seconds later.
    asterisk.answers["SET VARIABLE"] = after(2, "200 result=1")
    asterisk.answers["STREAM FILE"] = after(7.1, "gone")
    monkeypatch.setattr("ari_app.fallback.agi_channel.time.monotonic", lambda: now[0])
    with pytest.raises(LeaseLostError):
        channel.play("x", 0, 4.0)


def test_the_lease_is_renewed_before_anything_else(asterisk: PlayedAsterisk) -> None:
    asterisk.channel()
    assert asterisk.commands[0] == 'SET VARIABLE "TIMEOUT(absolute)" "6.000"'


def test_a_channel_that_is_gone_before_it_begins_is_a_hang_up(asterisk: PlayedAsterisk) -> None:
    asterisk.answers["SET VARIABLE"] = "gone"
    with pytest.raises(HungUpError):
        asterisk.channel()


def ring(channel: AgiChannel, heard: list[tuple[str, float]]) -> Rung:
    return channel.ring(
        {"PJSIP/agent-bold": 20, "PJSIP/agent-saraa": 8}, "default",
        lambda name, at: heard.append((name, at)), keys=True,
    )  # fmt: skip


def test_the_answer_is_seen_while_the_talk_goes_on(asterisk: PlayedAsterisk) -> None:
    channel = asterisk.channel()
    heard: list[tuple[str, float]] = []
    answered = threading.Event()

    def dial() -> str:
        with asterisk.cel.open("w", encoding="utf-8") as cel:
            for unique_id in ("other.1", UNIQUE_ID, "duudlaga-1770000000.9"):
                linked = "other.1" if unique_id == "other.1" else UNIQUE_ID
                cel.write(as_asterisk_writes(
                    eventtype="BRIDGE_ENTER", eventtime="1770000005.250000", linkedid=linked,
                    uniqueid=unique_id, channame="PJSIP/agent-saraa-0000000a",
                ))  # fmt: skip
        answered.set()
        for _ in range(100):
            if heard:
                break
            answered.wait(0.02)
            threading.Event().wait(0.02)
        return "200 result=0"

    asterisk.answers["EXEC Dial"] = dial
    asterisk.answers['GET FULL VARIABLE "${DIALSTATUS}"'] = "200 result=1 (ANSWER)"
    assert ring(channel, heard) == Rung("ANSWER")
    assert heard == [("PJSIP/agent-saraa-0000000a", 1770000005.25)]
    assert (
        'EXEC Dial "PJSIP/agent-bold&PJSIP/agent-saraa,20,'
        'gm(default)b(fallback_ring^s^1)U(fallback_talk)d"' in asterisk.commands
    )
    assert 'SET VARIABLE "__RING_agent-saraa" "8"' in asterisk.commands
    assert 'SET VARIABLE "__RING_agent-bold" ""' in asterisk.commands


def test_without_the_witness_the_answer_is_known_at_the_end(asterisk: PlayedAsterisk) -> None:
    channel = asterisk.channel()
    heard: list[tuple[str, float]] = []
    known = {
        "DIALSTATUS": "ANSWER", "DIALEDPEERNAME": "PJSIP/agent-bold-0000000a",
        "ANSWEREDTIME_MS": "4000",
    }  # fmt: skip
    for name, value in known.items():
        asterisk.answers[f'GET FULL VARIABLE "${{{name}}}"'] = f"200 result=1 ({value})"
    assert ring(channel, heard).status == "ANSWER"
    assert [name for name, _ in heard] == ["PJSIP/agent-bold-0000000a"]


def test_a_key_while_it_rings_is_read_and_the_dialplan_put_back(asterisk: PlayedAsterisk) -> None:
    channel = asterisk.channel()
    known = {"DIALSTATUS": "CANCEL", "CONTEXT": "fallback_keys", "EXTEN": "*"}
    for name, value in known.items():
        asterisk.answers[f'GET FULL VARIABLE "${{{name}}}"'] = f"200 result=1 ({value})"
    assert ring(channel, []) == Rung("CANCEL", "*")
    assert asterisk.commands[-3:] == [
        "SET CONTEXT fallback", "SET EXTENSION s", "SET PRIORITY after",
    ]  # fmt: skip


def test_a_leg_that_is_gone_already_is_no_hang_up(asterisk: PlayedAsterisk) -> None:
    channel = asterisk.channel()
    asterisk.answers["HANGUP"] = "200 result=-1"
    channel.end_leg("leg-1")
    assert asterisk.commands[-1] == "HANGUP leg-1"
    channel.done()
    assert asterisk.commands[-1] == 'SET VARIABLE "DONE" "1"'


def test_one_press_told_twice_is_one_key_and_the_sound_goes_on(asterisk: PlayedAsterisk) -> None:
    """The second telling breaks off the next sound, which goes on where it was."""
    endings = iter(
        ("200 result=53 endpos=4000", "200 result=53 endpos=160", "200 result=0 endpos=9")
    )
    asterisk.answers["STREAM FILE"] = lambda: next(endings)
    channel = asterisk.channel()
    assert channel.play("menu", 0, 3.0) == Played("5", 4000)
    assert channel.play("next", 0, 3.0) == Played("", 9)
    played = [each for each in asterisk.commands if each.startswith("STREAM FILE")]
    assert played[-1] == f'STREAM FILE "next" "{KEYS}" 160'


def test_a_caller_gets_silence_and_not_nothing_while_a_key_is_waited_for(
    asterisk: PlayedAsterisk,
) -> None:
    channel = asterisk.channel()
    answers = iter(("200 result=0 endpos=80000", "200 result=55 endpos=70000"))
    asterisk.answers["STREAM FILE"] = lambda: next(answers)
    assert channel.wait(14) == "7"
    assert asterisk.commands[-2:] == [f'STREAM FILE "silence/10" "{KEYS}" 0'] * 2


def test_music_plays_on_while_a_key_is_waited_for(asterisk: PlayedAsterisk) -> None:
    channel = asterisk.channel()
    channel.start_music("default")
    assert channel.wait(3) == ""
    assert asterisk.commands[-1].startswith("WAIT FOR DIGIT")
    channel.stop_music()
    asterisk.answers["STREAM FILE"] = "200 result=0 endpos=80000"
    assert channel.wait(3) == ""
    assert asterisk.commands[-1].startswith("STREAM FILE")


def test_a_key_that_is_told_twice_does_not_end_the_next_wait(asterisk: PlayedAsterisk) -> None:
    keys = iter(("200 result=53", "200 result=53", "200 result=54"))
    asterisk.answers["WAIT FOR DIGIT"] = lambda: next(keys)
    channel = asterisk.channel()
    assert (channel.wait(5), channel.wait(5)) == ("5", "6")
