"""What the caller hears, and the message that the caller leaves."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.fallback.channel import Channel
from ari_app.flow import commands as c
from ari_app.flow import events as e

log = logging.getLogger(__name__)

_BYTES_A_SECOND = 16_000
"""Of our prompts: 8 kHz, 16 bits, mono."""

Resolve = Callable[[str, str], str | None]


@dataclass(slots=True)
class Prompter:
    """Plays one item after another. ``resolve(language, item)`` finds an item's sound file,
    without its ending; ``messages`` is the folder of recorded messages.

    A key stops a sound in Asterisk; unless the interpreter stops the play as well, it goes on where
    it was.
    """

    channel: Channel
    resolve: Resolve
    messages: Path
    _play: str = field(default="", init=False)
    _sounds: deque[str] = field(default_factory=deque, init=False)
    _offset: int = field(default=0, init=False)
    _heard: bool = field(default=False, init=False)

    @property
    def busy(self) -> bool:
        """Whether something is to be played."""
        return bool(self._play)

    def take(self, command: c.Play | c.StopPlaying) -> Sequence[e.Event]:
        """Note what to play, or what not to play any more."""
        if isinstance(command, c.StopPlaying):
            if command.play == self._play:
                self.forget()
            return []
        found = [self.resolve(command.language, item) for item in command.items]
        sounds = [sound for sound in found if sound is not None]
        if len(sounds) < len(found):
            log.warning("Play %s: there is no sound for all of %s", command.id, command.items)
        if not sounds:
            return [e.PlayFinished(command.id, failed=True)]
        self._play, self._sounds, self._offset, self._heard = command.id, deque(sounds), 0, False
        return []

    def play(self) -> e.Event | None:
        """Play the next sound; return a key, or the end of the play."""
        sound = self._sounds[0]
        played = self.channel.play(sound, self._offset, _seconds(sound))
        self._heard = self._heard or played.offset > 0
        if played.key:
            self._offset = played.offset
            return e.DtmfReceived(played.key)
        self._sounds.popleft()
        self._offset = 0
        if self._sounds:
            return None
        play, self._play = self._play, ""
        return e.PlayFinished(play, failed=not self._heard)

    def forget(self) -> None:
        """Play nothing more."""
        self._play = ""
        self._sounds.clear()

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


def _seconds(sound: str) -> float:
    try:
        return Path(f"{sound}.wav").stat().st_size / _BYTES_A_SECOND
    except FileNotFoundError:  # removed since it was resolved; Asterisk will say so
        return 0.0
