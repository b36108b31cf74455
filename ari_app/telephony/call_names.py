"""Names of legs, bridges, plays and recordings: each begins with the id of its call."""

from __future__ import annotations

import re

_NAME = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})-")


def call_of(name: str) -> str | None:
    """Return the call to which Asterisk's object ``name`` belongs, if the name is one of ours."""
    match = _NAME.match(name)
    return match[1] if match else None
