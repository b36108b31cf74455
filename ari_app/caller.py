"""Who calls: from what the network sent to a number that can be called back."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from ari_app.telephone_number import bare_number, spellings

_WITHHELD = {"", "anonymous", "unknown", "restricted", "unavailable", "private"}


@lru_cache(maxsize=4096)
def caller_number(raw: str, region: str = "MN") -> str | None:
    """Return the E.164 number of a caller, or ``None`` when there is none that can be dialled.

    ``raw`` is hostile text. National numbers are read as the house's ``region``. Numbers that the
    numbering plan does not know (1800-xxxx, short codes) are kept as their digits: a call is never
    refused, nor a callback lost, for a number of an unusual form.
    """
    text = bare_number(raw)
    if text.lower() in _WITHHELD:
        return None
    digits = "".join(ch for ch in text if ch in "0123456789")
    strange = [ch for ch in text if ch not in "0123456789+-. ()"]
    if strange or not 3 <= len(digits) <= 18:
        return None
    for candidate in (text, *(form for each in spellings(text) for form in (f"+{each}", each))):
        try:
            parsed = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return digits if len(digits) <= 15 else None
