"""All calls in our hands, and the one place where a call takes a turn.

Rules
1. Events of one call are handled one after another, in the order in which they came: ``post``
   puts them into the call's mailbox, and whoever finds the mailbox at rest empties it.
2. A turn is: decide (pure), save, then do. Nothing in it waits, so no lock and no task is needed.
3. A fault of ours never hangs up a caller: the call goes back to the dialplan, which knows what
   to do without us.
4. Who does not know how Asterisk stands, does nothing: from a lost connection, or a stand-still of
   this process, until recovery has looked (``pause``, ``resume``), events only gather.
5. A run that somebody else took on (:class:`RunTakenError`) is let go of at once, untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import structlog

from ari_app.flow.commands import Command
from ari_app.flow.engine import Turn, advance
from ari_app.flow.events import CallCut, CallerHungUp, Event, WaitTimedOut
from ari_app.journal.journal_error import RunTakenError
from ari_app.telephony.call import Call
from ari_app.telephony.pulse import Pulse
from ari_app.telephony.timers import Timers

log = structlog.get_logger(__name__)


class Saver(Protocol):
    """Keeps a turn durably before its commands are done."""

    def save(self, call: Call, turn: Turn) -> None:
        """Save the turn, or keep it in memory and save it as soon as the disk allows."""


class Hands(Protocol):
    """Carries commands out."""

    def do(self, call: Call, command: Command) -> None:
        """Send the command on its way, without waiting for the answer."""

    def fill(self, call: Call) -> None:
        """A turn is done: let the caller never be without packets until the next one."""

    def let_go(self, call: Call) -> None:
        """The run is over: clear what Asterisk still holds for the call."""

    def leave(self, call: Call) -> None:
        """Somebody else has the caller: clear what is held for the call, agents included."""

    def give_back(self, call: Call) -> None:
        """Send the caller back to the dialplan's fallback."""


class Switchboard:
    """The live calls by id; turns events into saved turns and commands."""

    def __init__(
        self, saver: Saver, hands: Hands, clock: Callable[[], float], pulse: Pulse
    ) -> None:
        self._saver = saver
        self._hands = hands
        self._clock = clock
        self._pulse = pulse
        self._paused = False
        self.on_stand_still: Callable[[], None] = _nothing
        self._timers = Timers(self._timed_out, clock)
        self._calls: dict[str, Call] = {}
        self._by_channel: dict[str, Call] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls.values()))

    def get(self, call_id: str) -> Call | None:
        """Return the live call with this id."""
        return self._calls.get(call_id)

    def by_channel(self, channel: str) -> Call | None:
        """Return the live call of this caller's channel."""
        return self._by_channel.get(channel)

    def add(self, call: Call) -> None:
        """Take the call into our hands; its deadline, if it has one, is watched from now on."""
        self._calls[call.id] = call
        self._by_channel[call.channel] = call
        self._watch(call)

    def drop(self, call: Call) -> None:
        """Forget the call: it ended, or somebody else has it now."""
        call.mailbox.clear()
        self._calls.pop(call.id, None)
        self._by_channel.pop(call.channel, None)

    def post(self, call: Call, event: Event) -> None:
        """Put the event into the call's mailbox, and handle all that is in it.

        Of a caller who is not in our hands any more, only the end is of interest.
        """
        if not call.held and not isinstance(event, CallerHungUp | CallCut):
            return
        call.mailbox.append(event)
        if not self.may_act() or call.turning:
            return
        call.turning = True
        try:
            while call.mailbox:
                self._turn(call, call.mailbox.popleft())
        except RunTakenError:
            log.warning("run_taken", call=call.id)
            self.drop(call)
            self._hands.leave(call)
        except Exception:
            log.exception("turn_failed", call=call.id)
            self.drop(call)
            self._hands.give_back(call)
        finally:
            call.turning = False

    def may_act(self) -> bool:
        """Return whether we know how Asterisk stands. Finds out about a stand-still by itself."""
        if not self._paused and self._pulse.stood_still():
            log.warning("stood_still")
            self._paused = True
            self.on_stand_still()
        return not self._paused

    def pause(self) -> None:
        """Only gather events from now on."""
        self._paused = True

    def resume(self) -> None:
        """Recovery has looked: handle what has gathered, and go on."""
        self._pulse.revive()
        self._paused = False
        for call in self:
            if call.mailbox:
                self.post(call, call.mailbox.pop())

    def close(self) -> None:
        """Stop watching deadlines; the calls stay in Asterisk and in the journal."""
        self._timers.close()

    def _turn(self, call: Call, event: Event) -> None:
        before = call.run
        turn = advance(call.flow, before, event, self._clock())
        if turn.run is before and not turn.entries and not turn.commands:
            return
        self._saver.save(call, turn)
        call.run = turn.run
        for command in turn.commands:
            self._hands.do(call, command)
        if turn.run.outcome is not None:
            if before.outcome is None:
                self.drop(call)
                self._hands.let_go(call)
            return
        self._hands.fill(call)
        if turn.run.wait is not before.wait:
            self._watch(call)

    def _watch(self, call: Call) -> None:
        wait = call.run.wait
        if wait is not None and wait.deadline is not None:
            self._timers.set(call.id, wait.id, wait.deadline)

    def _timed_out(self, call_id: str, wait: str) -> None:
        call = self._calls.get(call_id)
        if call is not None:
            self.post(call, WaitTimedOut(wait))


def _nothing() -> None:
    """Nobody wants to know."""
