"""Ids that everybody who sees the same channel derives alike, without asking anybody."""

from __future__ import annotations

import hashlib
import re
import uuid

_UNIQUE_ID = re.compile(r"(\d{9,11})\.(\d+)$")


def call_id(unique_id: str) -> str:
    """Return the call's id for the unique id of the caller's channel, a UUIDv7 as text.

    Controller, fallback and witness meet the same channel at different times and must name the
    same call. The 48-bit timestamp (RFC 9562 §5.7, milliseconds) is the channel's birth, which
    Asterisk writes as ``[SYSTEM-]SECONDS.COUNTER``; the other bits are a hash of the whole text.
    A unique id of another form gets timestamp 0: still unique, only not sorted by time.
    """
    match = _UNIQUE_ID.search(unique_id)
    milliseconds = int(match[1]) * 1000 + int(match[2]) % 1000 if match else 0
    bits = int.from_bytes(hashlib.sha256(unique_id.encode()).digest()[:10])
    value = (milliseconds & (1 << 48) - 1) << 80 | bits
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
