"""Rings phones for the caller, all at once, and keeps the talk that follows on record."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.fallback.channel import KEYS, Channel
from ari_app.fallback.talk_files import TalkFiles
from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow.engine import Flow, advance
from ari_app.flow.flow_error import FlowError
from ari_app.flow.run import Run
from ari_app.flow.slug import SLUG

log = logging.getLogger(__name__)

TakeTurn = Callable[[e.Event, float], None]

_FAILED = {"BUSY": "busy", "NOANSWER": "no_answer", "CANCEL": "cancelled"}


@dataclass(slots=True)
class Ringer:
    """Rings the legs of which it was told. ``client_name(client)`` is shown on the phones."""

    channel: Channel
    monitor: Path
    client_name: Callable[[str], str]
    clock: Callable[[], float]
    music: str = "default"
    _legs: dict[str, c.RingAgent | c.RingNumber] = field(default_factory=dict, init=False)
    _answered: str = field(default="", init=False)
    _shown: str = field(default="", init=False)

    @property
    def busy(self) -> bool:
        """Whether there is a leg to ring."""
        return bool(self._legs)

    def take(self, command: c.RingAgent | c.RingNumber | c.EndLeg) -> None:
        """Note a leg to ring, or one not to ring any more."""
        if isinstance(command, c.EndLeg):
            self._legs.pop(command.leg, None)
        else:
            self._legs[command.leg] = command

    def forget(self) -> None:
        """Ring nobody."""
        self._legs.clear()

    def ring(self, flow: Flow, run: Run, take_turn: TakeTurn) -> Sequence[e.Event]:
        """Ring until somebody answers and the talk is over, or nobody does; return what follows.

        ``take_turn`` is given the answer while the talk goes on. Raises ``HungUpError`` when the
        caller hangs up, ringing or talking.
        """
        legs = dict(self._legs)
        self._answered = ""
        self._show_caller(run, outside=any(isinstance(leg, c.RingNumber) for leg in legs.values()))
        files = self._begin_recording(flow, run, next(iter(legs)))

        def answered(channel: str, at: float) -> None:
            self._answered = _leg_of(channel, legs)
            self._legs.clear()
            take_turn(e.LegAnswered(self._answered), at)

        try:
            rung = self.channel.ring(
                {_endpoint(each): max(1, round(each.ring_seconds)) for each in legs.values()},
                self.music if SLUG.fullmatch(self.music) else "default",
                answered,
                keys=_keys_leave(flow, run),
            )
            if files is not None:
                self.channel.stop_recording_talk()
        finally:
            if files is not None and not self._answered:
                files.discard()
        if self._answered:
            return [e.LegHungUp(self._answered)]
        if rung.key:
            return [e.DtmfReceived(rung.key)]
        self._legs.clear()
        reason = _FAILED.get(rung.status, "unreachable")
        return [e.LegFailed(leg, reason) for leg in legs]

    def _begin_recording(self, flow: Flow, run: Run, leg: str) -> TalkFiles | None:
        """Be ready to record the talk, should there be one.

        Its id is the interpreter's, so it is asked what it would do if the leg answered; the
        recording's id is the same whichever does. Asterisk records from the moment of the answer.
        """
        turn = advance(flow, run, e.LegAnswered(leg), self.clock())
        recording = next(
            (each.recording for each in turn.commands if isinstance(each, c.Connect)), None
        )
        if recording is None:
            return None
        files = TalkFiles(self.monitor, run.client, recording)
        try:
            self.channel.record_talk(*files.prepare())
        except (OSError, ValueError) as error:
            # A full disk: the talk goes on, the ledger of recordings shows the gap.
            log.error("Call %s: the talk is not recorded, %s", run.call, error)
            return None
        return files

    def _show_caller(self, run: Run, *, outside: bool) -> None:
        """Show the client's name and the caller's number; caller text never gets there.

        To the network (``outside``) it is the client's number, which also forwards the call: it
        takes none that is not ours.
        """
        number = run.number if outside else run.caller_number or ""
        digits = "".join(ch for ch in number if ch in "+0123456789") or "anonymous"
        if self._shown == digits:
            return
        self._shown = digits
        name = "".join(ch for ch in self.client_name(run.client) if ch.isalnum() or ch in " .-")
        self.channel.show_caller(name, digits)
        if outside:
            self.channel.show_forwarding(digits)


def _endpoint(command: c.RingAgent | c.RingNumber) -> str:
    if isinstance(command, c.RingNumber):
        digits = "".join(ch for ch in command.number if ch in "+0123456789")
        return f"PJSIP/{digits}@trunk"
    if not SLUG.fullmatch(command.agent):
        raise ValueError(f"{command.agent!r} cannot name a phone")
    return f"PJSIP/agent-{command.agent}"


def _leg_of(channel: str, legs: dict[str, c.RingAgent | c.RingNumber]) -> str:
    """Return the leg of a channel, which Asterisk names ``PJSIP/<endpoint>-<number>``."""
    endpoint = channel.rpartition("-")[0]
    for leg, command in legs.items():
        if isinstance(command, c.RingAgent) and endpoint == _endpoint(command):
            return leg
    return next(iter(legs))


def _keys_leave(flow: Flow, run: Run) -> bool:
    """Tell whether a key of the caller leaves the node."""
    frame = run.frames[-1]
    try:
        exits = flow.place(frame.flow, frame.node).exits
    except FlowError:
        return False
    return any(name in KEYS for name in exits if len(name) == 1)
