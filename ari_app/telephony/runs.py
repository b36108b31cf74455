"""The runs as the journal keeps them: each turn saved before it is done, and read back after.

A journal that does not take a turn (a full disk, a lock that stays) never stops a call: the turn
is kept in memory, in order, and saved as soon as the journal takes it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog

from ari_app.flow.commands import Command, from_json, to_json
from ari_app.flow.engine import Flow, Turn
from ari_app.flow.entries import Entry
from ari_app.flow.ids import call_id
from ari_app.flow.run import run_from_json, run_to_json
from ari_app.journal.journal_error import JournalError, RunTakenError
from ari_app.journal.store import Journal
from ari_app.journal.turn import SavedRun, SavedTurn
from ari_app.telephony.call import Call

log = structlog.get_logger(__name__)

SAVE_EVERY_SECONDS = 0.25
KEPT_BUNDLES = 1000


class Runs:
    """Saves turns and restores calls. ``unsaved`` counts the turns that wait for the disk."""

    def __init__(self, journal: Journal, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._clock = clock
        self._late: deque[SavedTurn] = deque()
        self._notes: dict[str, list[tuple[str, str, Entry]]] = {}
        self._flows: dict[str, Flow] = {}
        # By identity: a snapshot hands out the same bundle for every call, and hashing one costs
        # more than the rest of an intake. The bundle is held, so its identity stays its own.
        self._kept: dict[int, tuple[dict[str, Any], str]] = {}

    @property
    def unsaved(self) -> int:
        """Turns done but not saved yet: anything but 0 is an alarm."""
        return len(self._late)

    def save(self, call: Call, turn: Turn) -> None:
        """Save the turn now, or behind those that still wait.

        Raises :class:`RunTakenError` when another process took the run on meanwhile.
        """
        notes = self._notes.pop(call.id, []) if self._notes else []
        saved = SavedTurn(
            call=call.id,
            client=call.client,
            channel=call.channel,
            linked_id=call.channel,
            flow=turn.run.flow,
            revision=turn.run.revision,
            bundle=call.bundle,
            turn=turn.run.turn,
            state=run_to_json(turn.run),
            commands=[to_json(command) for command in turn.commands],
            entries=(*(entry for _, _, entry in notes), *turn.entries) if notes else turn.entries,
            at=self._clock(),
            ended=turn.run.outcome is not None,
        )
        if self._late:
            self._late.append(saved)
            return
        try:
            self._journal.commit(saved)
        except RunTakenError:
            if notes:
                self._notes[call.id] = notes
            raise
        except JournalError as error:
            log.error("turn_not_saved", call=call.id, reason=str(error))
            self._late.append(saved)

    def note(self, call: str, client: str, entry: Entry) -> None:
        """Keep an entry that belongs to no turn: saved with the call's next one, or in a moment."""
        self._notes.setdefault(call, []).append((call, client, entry))

    async def run(self) -> None:
        """Save notes, and late turns when the journal takes them again, until cancelled."""
        while True:
            await asyncio.sleep(SAVE_EVERY_SECONDS)
            self.save_late()

    def save_late(self) -> None:
        """Try to save what waits, in order."""
        if self._notes:
            try:
                self._journal.append_notes(
                    [note for notes in self._notes.values() for note in notes]
                )
                self._notes.clear()
            except JournalError as error:
                log.error("notes_wait", count=len(self._notes), reason=str(error))
        while self._late:
            try:
                self._journal.commit(self._late[0])
            except RunTakenError as error:
                log.error("late_turn_lost", call=self._late[0].call, reason=str(error))
            except JournalError as error:
                log.error("turns_wait", count=len(self._late), reason=str(error))
                return
            self._late.popleft()

    def flow(self, bundle: dict[str, Any]) -> tuple[str, Flow]:
        """Keep a bundle for as long as runs refer to it; return its name and its flow."""
        kept = self._kept.get(id(bundle))
        if kept is None:
            if len(self._kept) > KEPT_BUNDLES:
                self._kept.clear()
            kept = self._kept[id(bundle)] = (bundle, self._journal.keep_bundle(bundle))
            self._flows.setdefault(kept[1], Flow.load(bundle))
        return kept[1], self._flows[kept[1]]

    def open(self) -> list[SavedRun]:
        """Return the runs that have not ended, as saved."""
        return self._journal.open_runs()

    def has_ended(self, channel: str) -> bool:
        """Return whether the run of the caller's ``channel`` is known, and over."""
        saved = self._journal.load(call_id(channel))
        return saved is not None and saved.ended_at is not None

    def last_commands(self, call: Call) -> list[Command]:
        """Return the commands of the run's last turn, which may not have been carried out."""
        saved = self._journal.load(call.id)
        return [from_json(command) for command in saved.commands] if saved else []

    def restore(self, saved: SavedRun) -> Call:
        """Return the call of a saved run, as it stood after its last turn."""
        if saved.bundle not in self._flows:
            self._flows[saved.bundle] = Flow.load(self._journal.bundle(saved.bundle))
        return Call(
            id=saved.call,
            channel=saved.channel,
            client=saved.client,
            flow=self._flows[saved.bundle],
            run=run_from_json(saved.state),
            bundle=saved.bundle,
        )
