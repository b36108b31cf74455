"""One call without the controller: what happened goes to the interpreter, what to do is done.

Theory of operation
    The interpreter says what to begin and what to stop; AGI does one thing at a time and blocks
    meanwhile. So a command is only noted, and between turns the session does what is due first:
    an event that waits, a deadline, a message, a prompt, ringing phones, and else it listens.

Rules
1. A turn is: decide (pure), save, then do, as in the controller.
2. A run that somebody else took on is read again and taken back: the caller is here.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from ari_app.fallback.channel import Channel
from ari_app.fallback.hung_up_error import HungUpError
from ari_app.fallback.keeper import Keeper
from ari_app.fallback.opening import Opening, take_on
from ari_app.fallback.prompter import Prompter
from ari_app.fallback.ringer import Ringer
from ari_app.fallback.waiting_line import WaitingLine
from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow.engine import Turn, advance
from ari_app.journal.journal_error import RunTakenError

log = logging.getLogger(__name__)

_LISTEN_SECONDS = 30.0
_TIMES_TAKEN = 3


class Session:
    """Brings the call of ``opening`` to its end."""

    def __init__(
        self,
        channel: Channel,
        keeper: Keeper,
        opening: Opening,
        prompter: Prompter,
        ringer: Ringer,
        line: WaitingLine,
        clock: Callable[[], float],
    ) -> None:
        self._channel = channel
        self._keeper = keeper
        self._flow = opening.flow
        self.run = opening.run
        self._over = opening.over
        self._prompter = prompter
        self._ringer = ringer
        self._line = line
        self._clock = clock
        self._events: deque[e.Event] = deque([opening.event])
        self._message: c.Record | None = None
        self._gone = False
        self._taken = 0

    def bring_to_end(self) -> bool:
        """Go on until the call has an outcome; of one that has, only take leave.

        Returns whether the caller is still there.

        Raises ``LeaseLostError`` when the dialplan took the caller away, and ``RunTakenError`` when
        another process does not let go of the run.
        """
        while self.run.outcome is None and not self._over:
            try:
                event = self._next()
                if isinstance(event, e.Resumed):
                    self._end_old_legs()
                if event is not None:
                    self._turn(event, self._clock())
            except HungUpError:
                self._gone = True
                self._events = deque([self._keeper.caller_hung_up()])
            except RunTakenError as error:
                self._take_back(error)
        if self._over and not self._gone:
            self._take_leave()
        return not self._gone

    def _next(self) -> e.Event | None:
        """Do what is due and return what came of it; ``None`` when nothing did."""
        if self._events:
            return self._events.popleft()
        wait = self.run.wait
        left = _LISTEN_SECONDS
        if wait is not None and wait.deadline is not None:
            left = min(left, wait.deadline - self._clock())
            if left <= 0:
                return e.WaitTimedOut(wait.id)
        if self._message is not None:
            return self._record(self._message)
        if self._prompter.busy:
            return self._prompter.play()
        if self._ringer.busy:
            return self._ring()
        return self._listen(left)

    def _listen(self, left: float) -> e.Event | None:
        if self.run.queue is not None:
            event = self._line.look(self.run.client, self.run.queue)
            if event is not None:
                return event
            left = min(left, self._line.next_look_in())
        key = self._channel.wait(left)
        return e.DtmfReceived(key) if key else None

    def _record(self, command: c.Record) -> e.Event:
        self._message = None
        seconds = self._prompter.record(command)
        return e.RecordFinished(command.id, seconds, failed=seconds == 0)

    def _ring(self) -> e.Event | None:
        crossed: list[RunTakenError] = []

        def take_turn(event: e.Event, now: float) -> None:
            try:
                self._turn(event, now)
            except RunTakenError as error:
                crossed.append(error)  # they talk: nothing can be done before the end of that

        following = self._ringer.ring(self._flow, self.run, take_turn)
        if self.run.music:
            self._channel.start_music(self._ringer.music)  # Dial() ended it
        if crossed:
            raise crossed[0]
        self._events.extend(following)
        self._line.pause()
        return None

    def _turn(self, event: e.Event, now: float) -> None:
        turn = advance(self._flow, self.run, event, now)
        if turn.run is self.run and not turn.entries and not turn.commands:
            return
        self._save_and_do(turn)

    def _save_and_do(self, turn: Turn) -> None:
        self._keeper.save(self.run.client, turn)
        self.run = turn.run
        for command in turn.commands:
            self._do(command)

    def _do(self, command: c.Command) -> None:
        """Note what is to be done, or do it when it does not block.

        Dial() joins and parts by itself, and the dialplan hangs up after our end: the commands for
        that are not here. A talk's end ends its recording, which a controller may have begun.
        """
        match command:
            case c.Play() | c.StopPlaying():
                self._events.extend(self._prompter.take(command))
            case c.JoinQueue(_, queue):
                self._events.extend(self._line.join(self.run.client, queue))
            case c.RingAgent() | c.RingNumber() | c.EndLeg():
                self._ringer.take(command)
            case c.Record():
                self._message = command
            case c.Disconnect():
                self._channel.stop_recording_talk()
            case c.Answer():
                self._channel.answer()
            case c.StartMusic(_, wanted):
                last = self.run.queue or self.run.last_queue
                music = self._line.music(self.run.client, last, wanted)
                self._ringer.music = music
                self._channel.start_music(music)
            case c.StopMusic():
                self._channel.stop_music()

    def _take_back(self, error: RunTakenError) -> None:
        """Read the run as somebody else left it: a controller's last turn crossed with ours."""
        self._taken += 1
        saved = self._keeper.load(self.run.call)
        if saved is None or self._taken > _TIMES_TAKEN:
            raise error
        log.warning("Call %s: taken back at turn %d", self.run.call, saved.turn)
        opening = take_on(saved, self._keeper)
        self.run, self._over = opening.run, opening.over
        self._message = None
        self._prompter.forget()
        self._ringer.forget()
        self._events = deque([self._keeper.caller_hung_up() if self._gone else opening.event])

    def _take_leave(self) -> None:
        """The run was ended by somebody else, but the caller is still here."""
        self._channel.answer()
        self._prompter.take(c.Play("goodbye", ("standard:goodbye",), self.run.language))
        while self._prompter.busy:
            self._prompter.play()

    def _end_old_legs(self) -> None:
        """Hang up what the controller left ringing: whoever answers there would hear nobody."""
        for leg in self.run.legs:
            self._channel.end_leg(leg)
