"""How networks write one telephone number: with prefixes, parameters and signs around it.

Standard library only, for the fallback; :mod:`ari_app.caller` adds the numbering plans.
"""

from __future__ import annotations

import re

_SCHEME = re.compile(r"(?:sips?|tel):", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)')
_USER = re.compile(r"(?:tel:|sips?:(?=[^>\s,]*@))([^@;>?\s]*)", re.IGNORECASE)
"""A SIP address without @ has no user: what stands there is a host."""
_PREFIXES = ("", "00", "001", "0011", "011", "0")
"""Put before a number by exchanges: two ways of dialling abroad, and the trunk prefix. ``0011976…``
is how numbers come over a link that both put their prefix before."""


def bare_number(text: str) -> str:
    """Return the number in a URI or header value, without scheme, parameters and host.

    ``tel:+97670110001;npdi;rn=99`` → ``+97670110001``. Text that is neither stays as it is.
    """
    return _SCHEME.sub("", text.strip(), count=1).partition(";")[0].partition("@")[0].strip()


def without_names(header: str) -> str:
    """Return a header's value without the quoted names beside its addresses.

    A name is the caller's word, not the network's, and may look like an address.
    """
    return _QUOTED.sub("", header)


def user_of(header: str) -> str:
    """Return the user of the first address in a header or a request line; empty without one.

    ``"Bold" <sip:+97670110001;npdi@host>`` → ``+97670110001``.
    """
    found = _USER.search(without_names(header))
    return found[1] if found else ""


def spellings(number: str) -> tuple[str, ...]:
    """Return the digits of ``number`` and what they are without each prefix, longest first."""
    digits = "".join(ch for ch in bare_number(number) if ch in "0123456789")
    return tuple(digits.removeprefix(each) for each in _PREFIXES if digits.startswith(each))
