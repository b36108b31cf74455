"""One press of a key, told several times. Pure.

Some phones send a key as RFC 4733 and as INFO; Asterisk 22.10.1 tells keys of 20 ms twice; and a
worn key bounces. Machines that dial leave 40 ms between two keys, people more.

A key of RFC 4733 is told when it is released, and had begun so long before as it was held. INFO is
told when it comes, at the press or after the release, with a length that the phone chose. Asterisk
plays it for that long, and a key that ends meanwhile is told again, 45 ms after that. So a key
belongs to the press before unless it began after a pause.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PAUSE_SECONDS = 0.03
"""So much later than the last told a key has begun that is a press of its own."""
_HELD_SECONDS = 0.07
"""How long a key of unknown length was held: two within 0.1 s are one press."""
_TOLD_LATE_SECONDS = (0.03, 0.07)
"""So long after the end of a key that it plays, Asterisk tells what came meanwhile once more."""
_PLAYED_SECONDS = 0.1
"""What Asterisk plays is no shorter; an INFO without a length is of this one."""


@dataclass(slots=True)
class Presses:
    """The keys of one caller."""

    _key: str = ""
    _at: float = 0.0
    _told: list[tuple[float, float]] = field(default_factory=list)

    def again(self, key: str, at: float, held_seconds: float = 0.0) -> bool:
        """Whether ``key``, told at ``at`` (seconds), belongs to the press told before.

        ``held_seconds`` of 0 are not known.
        """
        held = held_seconds or _HELD_SECONDS
        if key == self._key and self._told_late(at, held):
            return True
        same = key == self._key and at - held < self._at + PAUSE_SECONDS
        if not same:
            self._told.clear()
        self._key, self._at = key, at
        self._told.append((at, held))
        return same

    def _told_late(self, at: float, held: float) -> bool:
        least, most = _TOLD_LATE_SECONDS
        return (
            len(self._told) > 1
            and any(length == held for _, length in self._told)
            and any(
                length >= _PLAYED_SECONDS and least <= at - (came + length) <= most
                for came, length in self._told
            )
        )
