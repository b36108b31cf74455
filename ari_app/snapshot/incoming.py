"""What the dialplan tells of a new call, in one line of text. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

_FORWARDED_BECAUSE = {"cfb": "busy", "cfnr": "no_answer", "cfu": "always"}
"""Asterisk's words for the reason of a forwarding; it has more, which say nothing to people."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Numbers are digits, empty where there is none; context [known] of extensions.conf fills them.

    ``also_dialled`` are the numbers in To and P-Called-Party-ID. ``forwarded_from`` is the number
    that the caller dialled, when that one forwarded the call to us.
    """

    dialled: str
    also_dialled: tuple[str, ...] = ()
    forwarded_from: str = ""
    forwarded_because: str = ""
    withheld: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``dialled,to,called,forwarded,reason,withheld``; fields may be missing at the end.

        The text is filtered by the dialplan, and read here as if it were not.
        """
        fields = [*text.split(","), *[""] * 6][:6]
        dialled, *also, forwarded = (_digits(field) for field in fields[:4])
        if _same(dialled, forwarded):  # History-Info names it too when nobody forwarded the call
            forwarded = ""
        return cls(
            dialled,
            tuple(number for number in dict.fromkeys(also) if number not in ("", dialled)),
            forwarded,
            _FORWARDED_BECAUSE.get(fields[4], "") if forwarded else "",
            withheld=fields[5] == "withheld",
        )

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers by which the client is sought, in this order."""
        return tuple(
            number for number in (self.dialled, *self.also_dialled, self.forwarded_from) if number
        )


def _same(dialled: str, other: str) -> bool:
    """Whether one is the end of the other: the same number with and without its country."""
    return bool(dialled and other) and (dialled.endswith(other) or other.endswith(dialled))


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch in "0123456789")
