"""Cyrillic in Latin letters, for the names that a system needs."""

from __future__ import annotations

import re

_LATIN = "a b v g d e yo j z i i k l m n o o p r s t u u f kh ts ch sh sh - y - e yu ya"
_LETTERS = dict(zip("абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя", _LATIN.split(), strict=True))
_LETTERS |= {"ъ": "", "ь": ""}


def slug(text: str) -> str:
    """Return a slug for what somebody wrote, such as ``zakhialga`` for ``Захиалга``; maybe empty.

    Letters follow the usual Mongolian romanisation; the two signs without a sound are left out.
    """
    latin = "".join(_LETTERS.get(letter, letter) for letter in text.strip().lower())
    return re.sub(r"[^a-z0-9_]+", "-", latin).strip("-_")[:63]
