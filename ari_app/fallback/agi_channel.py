"""The caller's channel through AGI, by pyst2.

pyst2 reports a hang-up in several ways: an exception of its own, result -1, or, at the end of its
input and at the line HANGUP that Asterisk sends unasked, a ``ValueError`` of ``int("")``. Its
methods drop the place where a sound or a recording ended, so commands are sent by ``execute``.

Only names of our own get into a command: pyst2 quotes, but does not escape.
"""

from __future__ import annotations

import select
import time
from collections.abc import Mapping
from typing import TextIO

from asterisk.agi import AGI, AGIAppError, AGIHangup, AGIUnknownError

from ari_app.fallback.answers import Answers
from ari_app.fallback.channel import KEYS, Channel, OnAnswer, Played, Rung
from ari_app.fallback.hung_up_error import HungUpError, LeaseLostError
from ari_app.flow.presses import Presses
from ari_app.media.raw_sound import FORM, RATE
from ari_app.snapshot.incoming import Incoming

_OPENING_SECONDS = 1.0
"""For reading all that the call needs, at most; the caller hears nothing meanwhile."""
_SILENCE, _SILENCE_SECONDS, _SILENCE_RATE = "silence/10", 10.0, 8000
"""One of Asterisk's own sounds, how long it is, and its samples a second."""
_SPARE_SECONDS = 5.0
_RATHER_LOST_SECONDS = 0.5
_UNKNOWN = "unknown"
"""What AGI says of a caller's number or name that is empty."""


class _Nowhere:
    """pyst2 tells all that it does to a stream, which is Asterisk's console."""

    def write(self, text: str) -> None:
        """Forget the text."""


class AgiChannel(Channel):
    """The channel for which Asterisk started this process. ``answers`` sees who picks up.

    ``source`` and ``target`` are Asterisk's ends of the pipes, text in UTF-8.

    Raises :class:`HungUpError` when there is no caller any more: who it was that took the caller
    away, nobody needs to know of a call that this process has not begun with.
    """

    def __init__(self, answers: Answers, source: TextIO, target: TextIO) -> None:
        self._input = source
        self._agi = AGI(stdin=source, stdout=target, stderr=_Nowhere())
        self._answers = answers
        self._lease_ends = float("inf")
        self._presses = Presses()
        self._music = False
        facts: dict[str, str] = self._agi.env
        self._renew(_OPENING_SECONDS)
        self.unique_id = facts.get("agi_uniqueid", "")
        self.caller_raw = _known(facts.get("agi_callerid", ""))
        self.caller_name = _known(facts.get("agi_calleridname", ""))
        self.incoming = Incoming.parse(self._variable("DUUDLAGA_CALL"))

    def answer(self) -> None:
        self._ask("ANSWER")

    def play(self, sound: str, offset: int, seconds: float) -> Played:
        self._renew(seconds)
        while True:
            result = self._ask("STREAM FILE", f'"{sound}"', f'"{KEYS}"', offset)
            key, offset = _key(result), int(result.get("endpos", ("0", ""))[0])
            if not self._again(key):
                return Played(key, offset)

    def wait(self, seconds: float) -> str:
        self._renew(seconds)
        until = time.monotonic() + seconds
        while True:
            left = max(0.001, until - time.monotonic())
            key = self._key_within(min(left, _SILENCE_SECONDS))
            if not self._again(key) and (key or left <= _SILENCE_SECONDS):
                return key

    def record(
        self, file: str, finish_on: str, max_seconds: int, silence_seconds: int, *, beep: bool
    ) -> float:
        self._renew(max_seconds + 1)
        options = ["BEEP"] if beep else []
        result = self._ask(
            "RECORD FILE", f'"{file}"', FORM, f'"{finish_on}"', max_seconds * 1000, *options,
            f"s={silence_seconds}",
        )  # fmt: skip
        return int(result.get("endpos", ("0", ""))[0]) / RATE

    def start_music(self, music: str) -> None:
        self._ask("SET MUSIC ON", music)
        self._music = True

    def stop_music(self) -> None:
        self._ask("SET MUSIC OFF")
        self._music = False

    def phone_state(self, agent: str) -> str:
        return self._variable(f"DEVICE_STATE(PJSIP/agent-{agent})")

    def show_caller(self, name: str, number: str) -> None:
        self._set("CALLERID(name)", name)
        self._set("CALLERID(num)", number)

    def show_forwarding(self, number: str) -> None:
        self._set("REDIRECTING(from-num,i)", number)
        self._set("REDIRECTING(reason,i)", "cfu")
        self._set("REDIRECTING(count,i)", "1")  # without it nothing is told (22.10.1)

    def ring(
        self, endpoints: Mapping[str, int], music: str, on_answer: OnAnswer, *, keys: bool
    ) -> Rung:
        # The dialplan lifts the lease when somebody answers ([fallback_talk]), and ends the ringing
        # of a phone whose time is over before the others' ([fallback_ring]).
        seconds = max(endpoints.values())
        self._renew(seconds)
        for endpoint, own in endpoints.items():
            less = str(own) if own < seconds else ""
            self._set(f"__RING_{endpoint.removeprefix('PJSIP/')}", less)
        options = f"gm({music})b(fallback_ring^s^1)U(fallback_talk){'d' if keys else ''}"
        self._answers.begin(self.unique_id)
        self._set("EXITCONTEXT", "fallback_keys")
        self._begin("EXEC", "Dial", f'"{"&".join(endpoints)},{seconds},{options}"')
        answered = False
        while not answered and not self._has_come(0.05):
            answered = self._look_for_answer(on_answer)
        self._finish()
        status = self._variable("DIALSTATUS")
        if status == "ANSWER" and not answered and not self._look_for_answer(on_answer):
            on_answer(self._variable("DIALEDPEERNAME"), self._talk_began())
        return Rung(status, self._key_pressed())

    def record_talk(self, caller_file: str, agent_file: str) -> None:
        self._ask("EXEC", "MixMonitor", f'",br({caller_file})t({agent_file})S"')

    def stop_recording_talk(self) -> None:
        self._ask("EXEC", "StopMixMonitor")

    def end_leg(self, leg: str) -> None:
        try:
            self._agi.execute("HANGUP", leg)
        except AGIHangup as error:
            raise self._left() from error
        except AGIAppError:
            return  # result -1: there is no such channel any more

    def done(self) -> None:
        self._set("DONE", "1")

    def _again(self, key: str) -> bool:
        return bool(key) and self._presses.again(key, time.monotonic())

    def _key_within(self, seconds: float) -> str:
        """Wait for a key; the caller's line gets silence, or the music that plays.

        ``WAIT FOR DIGIT`` sends nothing at all, and people and networks take that for the end.
        """
        if not self._music:
            skipped = round((_SILENCE_SECONDS - seconds) * _SILENCE_RATE)
            result = self._ask("STREAM FILE", f'"{_SILENCE}"', f'"{KEYS}"', skipped)
            key, end = _key(result), int(result.get("endpos", ("0", ""))[0])
            if key or end > skipped:
                return key
        return _key(self._ask("WAIT FOR DIGIT", round(seconds * 1000)))

    def _look_for_answer(self, on_answer: OnAnswer) -> bool:
        answer = self._answers.look()
        if answer is None:
            return False
        self._lease_ends = float("inf")
        on_answer(*answer)
        return True

    def _talk_began(self) -> float:
        talked = self._variable("ANSWEREDTIME_MS")
        return time.time() - (int(talked) / 1000 if talked.isdecimal() else 0.0)

    def _key_pressed(self) -> str:
        """Return the key that ended the ringing, and go back to where the dialplan was.

        Dial() leaves by a key as it would in the dialplan: to that extension of EXITCONTEXT.
        """
        if self._variable("CONTEXT") != "fallback_keys":
            return ""
        key = self._variable("EXTEN")
        self._ask("SET CONTEXT", "fallback")
        self._ask("SET EXTENSION", "s")
        self._ask("SET PRIORITY", "after")
        return key

    def _renew(self, seconds: float) -> None:
        lease = seconds + _SPARE_SECONDS
        # From before the request: Asterisk's answer can be late, its own clock began before that,
        # and a lease that ran out must not be taken for a caller who hung up.
        asked_at = time.monotonic()
        self._set("TIMEOUT(absolute)", f"{lease:.3f}")
        self._lease_ends = asked_at + lease

    def _variable(self, name: str) -> str:
        answer: tuple[str, str] = self._ask("GET FULL VARIABLE", f'"${{{name}}}"')["result"]
        return answer[1]

    def _set(self, name: str, value: str) -> None:
        self._ask("SET VARIABLE", f'"{name}"', f'"{value}"')

    def _ask(self, command: str, *arguments: object) -> dict[str, tuple[str, str]]:
        self._begin(command, *arguments)
        return self._finish()

    def _begin(self, command: str, *arguments: object) -> None:
        try:
            self._agi.test_hangup()
            self._agi.send_command(command, *arguments)
        except (AGIHangup, BrokenPipeError) as error:
            raise self._left() from error

    def _finish(self) -> dict[str, tuple[str, str]]:
        try:
            result: dict[str, tuple[str, str]] = self._agi.get_result()
        except (AGIAppError, AGIUnknownError, ValueError) as error:
            raise self._left() from error
        return result

    def _has_come(self, seconds: float) -> bool:
        return bool(select.select([self._input], [], [], seconds)[0])

    def _left(self) -> HungUpError | LeaseLostError:
        """Tell a caller who hung up from a lease that ran out: AGI reports both alike."""
        if time.monotonic() > self._lease_ends - _RATHER_LOST_SECONDS:
            return LeaseLostError("the lease ran out")
        return HungUpError("the caller hung up")


def _key(result: dict[str, tuple[str, str]]) -> str:
    code = int(result["result"][0])
    return chr(code) if code else ""


def _known(text: str) -> str:
    return "" if text == _UNKNOWN else text
