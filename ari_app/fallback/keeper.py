"""Keeps the run of this one call: each turn saved before it is done, as the controller does it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ari_app.flow.commands import to_json
from ari_app.flow.engine import Turn
from ari_app.flow.entries import Entry
from ari_app.flow.events import CallerHungUp, LegHungUp
from ari_app.flow.run import Run, run_to_json
from ari_app.journal import spool
from ari_app.journal.ended_legs import caller_hung_up, ended_legs
from ari_app.journal.hang_ups import hang_ups
from ari_app.journal.journal_error import JournalError, RunTakenError
from ari_app.journal.store import Journal
from ari_app.journal.turn import SavedRun, SavedTurn

log = logging.getLogger(__name__)

_END_SECONDS = 0.4
_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Keeper:
    """Saves turns in ``journal`` or, once that fails (``None``: it could not be opened), in the
    folder ``spool``: then for the rest of the call, so that its entries stay in order.

    ``cel`` is Asterisk's own account of calls, ``channel`` the unique id of the caller's channel.
    """

    journal: Journal | None
    spool: Path
    cel: Path
    channel: str
    clock: Callable[[], float]
    bundle_name: str = ""

    def close(self) -> None:
        """Close the journal."""
        if self.journal is not None:
            self.journal.close()

    def load(self, call: str) -> SavedRun | None:
        """Return the run of the call as the journal has it."""
        if self.journal is None:
            return None
        try:
            return self.journal.load(call)
        except JournalError as error:
            self._give_up(error)
            return None

    def bundle(self, name: str) -> dict[str, Any]:
        """Return the bundle on which a saved run began; :class:`JournalError` if it is lost."""
        if self.journal is None:
            raise JournalError(f"bundle {name} was kept in a journal that cannot be opened")
        self.bundle_name = name
        return self.journal.bundle(name)

    def ended_legs(self, run: Run) -> tuple[LegHungUp, ...]:
        """Return how the run's legs ended while nobody led the call, as far as it is known."""
        if not run.legs:
            return ()
        return ended_legs(run, hang_ups(self.cel, run.legs.keys()))

    def caller_hung_up(self) -> CallerHungUp:
        """Return the end of the caller's channel, of which Asterisk writes a moment later."""
        until = time.monotonic() + _END_SECONDS
        while not (found := hang_ups(self.cel, {self.channel})) and time.monotonic() < until:
            if not self.cel.exists():
                break
            time.sleep(_LOOK_SECONDS)
        return CallerHungUp(lost=caller_hung_up(found.get(self.channel)).lost)

    def keep_bundle(self, bundle: dict[str, Any]) -> None:
        """Keep the bundle on which the run begins."""
        if self.journal is None:
            return
        try:
            self.bundle_name = self.journal.keep_bundle(bundle)
        except JournalError as error:
            self._give_up(error)

    def save(self, client: str, turn: Turn) -> None:
        """Save a turn. Raises :class:`RunTakenError` when somebody else took this run on."""
        if self.journal is not None:
            try:
                self.journal.commit(self._saved(client, turn))
            except RunTakenError:
                raise
            except JournalError as error:
                self._give_up(error)
            else:
                return
        if turn.entries:
            self._spool(turn.run.call, client, turn.entries)

    def note(self, call: str, client: str, entry: Entry) -> None:
        """Keep an entry that belongs to no turn."""
        if self.journal is not None:
            try:
                self.journal.append_entries(call, client, [entry])
            except JournalError as error:
                self._give_up(error)
            else:
                return
        self._spool(call, client, [entry])

    def _spool(self, call: str, client: str, entries: Sequence[Entry]) -> None:
        try:
            spool.put(self.spool, call, client, entries)
        except OSError as error:
            # The caller is served all the same; Asterisk's own account keeps the call on record.
            log.error("Call %s: what happened is lost, %s", call, error)

    def _give_up(self, error: JournalError) -> None:
        log.error("Channel %s goes on without the journal: %s", self.channel, error)
        self.close()
        self.journal = None

    def _saved(self, client: str, turn: Turn) -> SavedTurn:
        run = turn.run
        return SavedTurn(
            call=run.call,
            client=client,
            channel=self.channel,
            linked_id=self.channel,
            flow=run.flow,
            revision=run.revision,
            bundle=self.bundle_name,
            turn=run.turn,
            state=run_to_json(run),
            commands=[to_json(command) for command in turn.commands],
            entries=turn.entries,
            at=self.clock(),
            ended=run.outcome is not None,
        )
