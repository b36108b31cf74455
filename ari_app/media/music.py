"""Music on hold, prepared so that a waiting caller always hears it.

Of the files that come with Asterisk some begin with nearly a second that nobody hears on a
telephone, and all end with two to nine. Who waits takes that for a dead line.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from ari_app.media.sound import RATE, Sound, read_sound

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_QUIET_SECONDS = 0.4
"""How long prepared music may stay below :data:`HEARD`."""
HEARD = 207
"""-44 dB of full scale: music with lower peaks is lost in the noise of a room."""

_BLOCK = RATE // 50  # 20 ms: what one packet carries
_KEPT = int(LONGEST_QUIET_SECONDS * RATE / _BLOCK) // 2  # blocks on each side of a cut


def prepare_music(source: Path, target: Path) -> None:
    """Write each WAV file of `source` into `target` without what nobody hears; do it once."""
    target.mkdir(parents=True, exist_ok=True)
    files = {file.name: file for file in source.glob("*.wav")}
    for old in target.iterdir():
        if old.name not in files:
            old.unlink()
    for name, file in files.items():
        prepared = target / name
        if not prepared.exists() or prepared.stat().st_mtime < file.stat().st_mtime:
            without_quiet(read_sound(file)).write(prepared)


def without_quiet(sound: Sound) -> Sound:
    """Return it from its first heard block to its last, each quiet stretch between shortened."""
    kept = array("h")
    quiet: list[array[int]] = []
    for start in range(0, len(sound.samples), _BLOCK):
        block = sound.samples[start : start + _BLOCK]
        if max(block) < HEARD and min(block) > -HEARD:
            quiet.append(block)
            continue
        for silent in _shortened(quiet) if kept else ():
            kept.extend(silent)
        kept.extend(block)
        quiet = []
    return Sound(kept)


def _shortened(quiet: list[array[int]]) -> list[array[int]]:
    """Leave out the middle, so that what fades away and what comes up stay as they are."""
    return quiet if len(quiet) <= 2 * _KEPT else quiet[:_KEPT] + quiet[-_KEPT:]
