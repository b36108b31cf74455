"""Calls that Asterisk refused before they had a channel: told by its copies of SIP messages. Pure.

Such a call is in no event log: a codec that we do not have, encryption that we do not offer, a
caller whose From reads like an agent's account. What becomes a channel is not looked at here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address

from ari_app.journal.sip_copy import SipCopy
from ari_app.snapshot.incoming import Incoming

WITHOUT_CHANNEL = frozenset({400, 401, 403, 413, 415, 420, 421, 488, 493, 503})
"""Answers that Asterisk gives to an INVITE before it makes a channel (22.10.1)."""
UNAUTHORIZED = 401
SETTLED_SECONDS = 10.0
"""An account that is asked for its password has called again by then."""
MOST_OPEN = 5000
_HEADERS = {
    "to": "to", "called": "p-called-party-id", "diversion": "diversion",
    "history": "history-info", "asserted": "p-asserted-identity",
}  # fmt: skip
_PAYLOADS = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "18": "G729"}
_SENTENCES = {
    "password": "asked for a password, as nobody is known by this address or From",
    "no_sound": "it offers no sound",
    "encryption": "it asks for encryption",
    "codec": "it offers {offers}",
    "other": "refused with {status}",
}
_AUDIO = re.compile(r"^m=audio \d+ (\S+) ([\d ]+)", re.MULTILINE)
_NAMED = re.compile(r"^a=rtpmap:(\d+) ([\w.-]{1,20})/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that was refused. ``caller_raw`` is hostile text; ``reason`` is a word of ours:
    password, no_sound, encryption, codec or other. ``offers`` are names of codecs.

    ``by_trunk`` is false for a stranger, of whom there are thousands where SIP is open to the
    world: they are counted, and are nobody's callers.
    """

    call: str
    at: float
    status: int
    reason: str
    incoming: Incoming
    caller_raw: str
    by_trunk: bool
    offers: str = ""

    @property
    def sentence(self) -> str:
        """The reason in words, for logs and for who watches the house."""
        offers = self.offers or "no codec that we know"
        return _SENTENCES[self.reason].format(status=self.status, offers=offers)


class Refusals:
    """Follows the INVITEs that come from outside. ``house`` is where Asterisk sends SIP from."""

    def __init__(self, house: tuple[str, int], trunks: tuple[IPv4Network, ...]) -> None:
        self._house = house
        self._trunks = trunks
        self._invites: dict[str, SipCopy] = {}
        self._asked: dict[str, float] = {}

    def hear(self, copy: SipCopy) -> Refused | None:
        """Take in one message; return the call that it refuses."""
        if not copy.is_of("INVITE"):
            return None
        if not copy.status:
            self._begin(copy)
            return None
        if copy.source != self._house or copy.status < 200:
            return None
        if copy.status == UNAUTHORIZED:
            if copy.call in self._invites:
                self._asked.setdefault(copy.call, copy.at)
            return None
        self._asked.pop(copy.call, None)
        invite = self._invites.pop(copy.call, None)
        if invite is None or copy.status not in WITHOUT_CHANNEL:
            return None
        return self._refused(invite, copy.status)

    def settle(self, now: float) -> list[Refused]:
        """Return who was asked for a password and did not call again, up to now (Unix seconds)."""
        for call in [call for call, copy in self._invites.items() if _is_old(copy.at, now)]:
            if call not in self._asked:
                del self._invites[call]
        due = [call for call, at in self._asked.items() if _is_old(at, now)]
        refused = []
        for call in due:
            del self._asked[call]
            refused.append(self._refused(self._invites.pop(call), UNAUTHORIZED))
        return refused

    def _begin(self, copy: SipCopy) -> None:
        inside = ";tag=" in copy.headers.get("to", "")
        if inside or copy.source == self._house or not copy.call:
            return
        self._asked.pop(copy.call, None)
        # With a password it is an account's call, and a wrong one is not a caller's.
        if "authorization" in copy.headers or len(self._invites) >= MOST_OPEN:
            self._invites.pop(copy.call, None)
        else:
            self._invites[copy.call] = copy

    def _refused(self, invite: SipCopy, status: int) -> Refused:
        withheld = bool(re.search(r"\b(id|user)\b", invite.headers.get("privacy", "").lower()))
        headers = {name: invite.headers.get(header, "") for name, header in _HEADERS.items()}
        incoming = Incoming.told(invite.dialled, withheld=withheld, **headers)
        reason, offers = _reason(invite, status)
        return Refused(
            invite.call,
            invite.at,
            status,
            reason,
            incoming,
            incoming.caller(invite.number_in("from")),
            any(ip_address(invite.source[0] or "0.0.0.0") in trunk for trunk in self._trunks),  # noqa: S104
            offers,
        )


def _is_old(at: float, now: float) -> bool:
    return now - at > SETTLED_SECONDS


def _reason(invite: SipCopy, status: int) -> tuple[str, str]:
    """Return why it was refused, and which codecs it offers; of the message these names alone."""
    if status == UNAUTHORIZED:
        return "password", ""
    audio = _AUDIO.search(invite.body)
    if status != 488:
        return "other", ""
    if audio is None:
        return "no_sound", ""
    if "SAVP" in audio[1]:
        return "encryption", ""
    names = dict(_NAMED.findall(invite.body))
    offered = [names.get(each) or _PAYLOADS.get(each, "") for each in audio[2].split()]
    codecs = [each for each in offered if each and each != "telephone-event"]
    return "codec", ", ".join(codecs[:5])
