"""The headers in which a network tells who calls, whom, and who forwarded the call.

Standard library only.

Headers are read here and not by Asterisk: 22.10.1 reads none of P-Asserted-Identity, Diversion and
History-Info when one header has two addresses, and a step of the dialplan costs every call more
than all of this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

from ari_app.telephone_number import user_of, without_names

_REASON = re.compile(r";\s*reason\s*=\s*([a-z-]+)", re.IGNORECASE)
_DIVERTED = {"user-busy": "busy", "no-answer": "no_answer", "unconditional": "always"}
"""RFC 5806, section 4; it has more reasons, which say nothing to people."""
_CAUSES = (("302", "always"), ("408", "no_answer"), ("486", "busy"))
"""RFC 4458, section 2: why a call went from one number of a History-Info to the next."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Numbers are digits, empty where there is none.

    ``also_dialled`` are the numbers in To and P-Called-Party-ID. ``forwarded_from`` is the number
    that the caller dialled, when that one forwarded the call to us. ``asserted`` is the caller's
    number in P-Asserted-Identity, with its plus if it has one.
    """

    dialled: str
    also_dialled: tuple[str, ...] = ()
    forwarded_from: str = ""
    forwarded_because: str = ""
    withheld: bool = False
    asserted: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read DUUDLAGA_CALL of extensions.conf: its fields, of which the last may be missing.

        They are ``dialled,withheld,to,called,diversion,history,more history,asserted``, the headers
        percent-encoded.
        """
        dialled, withheld, *headers = [*text.split(","), *[""] * 8][:8]
        to, called, diversion, history, more, asserted = map(unquote, headers)
        return cls.told(
            dialled,
            withheld=withheld == "withheld",
            to=to,
            called=called,
            diversion=diversion,
            history=f"{history},{more}",
            asserted=asserted,
        )

    @classmethod
    def told(
        cls,
        dialled: str,
        *,
        withheld: bool = False,
        to: str = "",
        called: str = "",
        diversion: str = "",
        history: str = "",
        asserted: str = "",
    ) -> Self:
        """Read the headers as they came, hostile text; ``called`` is P-Called-Party-ID."""
        dialled, also = _digits(dialled), [_digits(user_of(header)) for header in (to, called)]
        forwarded, because = _digits(user_of(diversion)), _reason(diversion)
        if not forwarded:
            forwarded, because = _digits(user_of(history)), _cause(history)
        if not forwarded or _same(dialled, forwarded):  # History-Info names who was dialled, too
            forwarded = because = ""
        return cls(
            dialled,
            tuple(number for number in dict.fromkeys(also) if number not in ("", dialled)),
            forwarded,
            because,
            withheld=withheld,
            asserted="" if withheld else _digits(user_of(asserted), "+0123456789"),
        )

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers by which the client is sought, in this order."""
        return tuple(
            number for number in (self.dialled, *self.also_dialled, self.forwarded_from) if number
        )

    def caller(self, raw: str) -> str:
        """Return who calls, as the network says; ``raw`` is what Asterisk makes of From."""
        return "" if self.withheld else self.asserted or raw


def _same(dialled: str, other: str) -> bool:
    """Whether one is the end of the other: the same number with and without its country."""
    return bool(dialled) and (dialled.endswith(other) or other.endswith(dialled))


def _reason(diversion: str) -> str:
    """Return why the first address forwarded: its parameters end at the next address."""
    text = without_names(diversion)
    _, bracket, after = text.partition(">")
    found = _REASON.search((after if bracket else text).partition("<")[0])
    return _DIVERTED.get(found[1].lower(), "") if found else ""


def _cause(history: str) -> str:
    """Return why; the cause may stand at the number that the call left, or where it went to."""
    text = history.lower()
    return next((word for code, word in _CAUSES if re.search(f"cause(?:=|%3d){code}", text)), "")


def _digits(text: str, kept: str = "0123456789") -> str:
    return "".join(ch for ch in text if ch in kept)
