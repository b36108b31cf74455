"""The message that the dialplan's last step records, on its way to the recorder."""

from __future__ import annotations

import re
from pathlib import Path

# Asterisk's own unique id, [SYSTEM-]SECONDS.COUNTER: anything else is no file name of ours.
_UNIQUE_ID = re.compile(r"[A-Za-z0-9_-]{1,60}\.[0-9]{1,18}")


def take_last_message(fallback: Path, messages: Path, unique_id: str, recording: str) -> bool:
    """Move the file of channel ``unique_id`` to where messages are recorded, as ``recording``.

    ``fallback`` is the dialplan's folder. Returns whether there was one; doing it again is
    harmless. Raises :class:`OSError` when the disk refuses.
    """
    source = fallback / f"{unique_id}.wav"
    if not _UNIQUE_ID.fullmatch(unique_id) or not source.is_file():
        return False
    messages.mkdir(parents=True, exist_ok=True)
    source.replace(messages / f"{recording}.wav")
    return True
