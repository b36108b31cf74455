"""How each file was heard: whole, cut, from its middle, or more than once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ari_app.simulator.known_sounds import BLOCK, KnownSound
from ari_app.simulator.recognition import Span
from ari_app.simulator.tone import RATE

_END = 2 * BLOCK
"""Of a file's end so much is not sent: see :mod:`ari_app.simulator.recognition`."""
_GOES_ON = BLOCK
"""So far from where it stopped a file may go on, and is still the same playing."""


@dataclass(slots=True)
class Playing:
    """One playing of one file, from sample ``first`` to before ``last``, with its interruptions."""

    sound: KnownSound
    begin: float
    end: float
    first: int
    last: int
    missing: int = 0

    @property
    def is_from_the_start(self) -> bool:
        """Whether its beginning was heard."""
        return self.first < BLOCK

    @property
    def cut_at_seconds(self) -> float | None:
        """Where in the file it ended too early; ``None`` when it was heard to its end."""
        return None if self.sound.size - self.last <= _END else self.last / RATE

    @property
    def is_whole(self) -> bool:
        """Whether it was heard from the beginning to the end."""
        return self.is_from_the_start and self.cut_at_seconds is None


def playings(spans: Sequence[Span]) -> list[Playing]:
    """The files that were heard, in order.

    A file that goes on where it stopped is one playing, whatever came between; from its beginning
    again it is another one: heard twice, or begun again after a cut.
    """
    found: list[Playing] = []
    for span in spans:
        if span.sound is None:
            continue
        same = [each for each in found if each.sound is span.sound]
        if same and abs(span.first - same[-1].last) <= _GOES_ON:
            same[-1].end, same[-1].last = span.end, span.last
            same[-1].missing += span.missing
        else:
            found.append(
                Playing(span.sound, span.begin, span.end, span.first, span.last, span.missing)
            )
    return found
