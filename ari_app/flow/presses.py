"""One press of a key, told twice. Pure.

Some phones send a key as RFC 4733 and as INFO, 40 to 50 ms apart; Asterisk 22.10.1 tells keys of
20 ms twice; and a worn key bounces. Machines that dial leave 40 ms between two keys, people more.
"""

from __future__ import annotations

from dataclasses import dataclass

TOGETHER_SECONDS = 0.1
"""Within this time after it a key may be the same press; it is, unless it began after a pause."""
PAUSE_SECONDS = 0.03


@dataclass(slots=True)
class Presses:
    """The keys of one caller."""

    _key: str = ""
    _at: float = 0.0

    def again(self, key: str, at: float, held_seconds: float = 0.0) -> bool:
        """Whether ``key``, released at ``at`` (seconds), belongs to the press told before.

        ``held_seconds`` of 0 are not known, and taken for as long as such a press may be.
        """
        began = at - (held_seconds or TOGETHER_SECONDS)
        same = (
            key == self._key
            and at - self._at < TOGETHER_SECONDS
            and began - self._at < PAUSE_SECONDS
        )
        self._key, self._at = key, at
        return same
