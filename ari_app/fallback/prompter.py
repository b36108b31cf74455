"""What the caller hears, and the message that the caller leaves."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.fallback.channel import Channel
from ari_app.fallback.hung_up_error import HungUpError
from ari_app.flow import commands as c
from ari_app.flow import events as e
from ari_app.flow.entries import Entry

log = logging.getLogger(__name__)

_BYTES_A_SECOND = 16_000
"""Of our prompts: 8 kHz, 16 bits, mono."""

Resolve = Callable[[str, str], str | None]
Note = Callable[[Entry], None]


@dataclass(slots=True)
class Prompter:
    """Plays one item after another. ``resolve(language, item)`` finds an item's sound file,
    without its ending; ``messages`` is the folder of recorded messages; ``note`` keeps an entry.

    A key stops a sound in Asterisk; unless the interpreter stops the play as well, it goes on where
    it was.
    """

    channel: Channel
    resolve: Resolve
    messages: Path
    note: Note
    clock: Callable[[], float]
    _command: c.Play | None = field(default=None, init=False)
    _sounds: deque[str] = field(default_factory=deque, init=False)
    _offset: int = field(default=0, init=False)
    _heard: bool = field(default=False, init=False)

    @property
    def busy(self) -> bool:
        """Whether something is to be played."""
        return self._command is not None

    def take(self, command: c.Play | c.StopPlaying) -> Sequence[e.Event]:
        """Note what to play, or what not to play any more."""
        if isinstance(command, c.StopPlaying):
            if self._command is not None and command.play == self._command.id:
                self.forget()
            return []
        found = [self.resolve(command.language, item) for item in command.items]
        sounds = [sound for sound in found if sound is not None]
        if len(sounds) < len(found):
            log.warning("Play %s: there is no sound for all of %s", command.id, command.items)
        if not sounds:
            self._say_silent(command, "there is no sound of it")
            return [e.PlayFinished(command.id, failed=True)]
        self._command, self._sounds, self._offset, self._heard = command, deque(sounds), 0, False
        return []

    def play(self) -> e.Event | None:
        """Play the next sound; return a key, or the end of the play."""
        command = self._command
        assert command is not None, "something is to be played"
        sound = self._sounds[0]
        began, length = self.clock(), _seconds(sound)
        try:
            played = self.channel.play(sound, self._offset, length)
        except HungUpError:
            if length:
                self._say_heard(command, began)
            raise
        if played.offset > 0:
            self._say_heard(command, began)
        if played.key:
            self._offset = played.offset
            return e.DtmfReceived(played.key)
        self._sounds.popleft()
        self._offset = 0
        if self._sounds:
            return None
        self._command = None
        if not self._heard:
            self._say_silent(command, "Asterisk could not play it")
        return e.PlayFinished(command.id, failed=not self._heard)

    def forget(self) -> None:
        """Play nothing more."""
        self._command = None
        self._sounds.clear()

    def _say_heard(self, command: c.Play, began: float) -> None:
        if not self._heard:
            self._heard = True
            self.note(Entry("prompt_played", began, _facts(command)))

    def _say_silent(self, command: c.Play, reason: str) -> None:
        facts = {**_facts(command), "reason": reason}
        self.note(Entry("prompt_silent", self.clock(), facts))

    def record(self, command: c.Record) -> float:
        """Record the caller's message; return its seconds."""
        self.messages.mkdir(parents=True, exist_ok=True)
        return self.channel.record(
            str(self.messages / command.id),
            command.finish_on,
            command.max_seconds,
            command.silence_seconds,
            beep=command.beep,
        )


def _facts(command: c.Play) -> dict[str, object]:
    return {"node": command.node, "items": list(command.items)}


def _seconds(sound: str) -> float:
    try:
        return Path(f"{sound}.wav").stat().st_size / _BYTES_A_SECOND
    except FileNotFoundError:  # removed since it was resolved; Asterisk will say so
        return 0.0
