"""The message that the dialplan's last step records: whether it is one, and where it goes."""

from __future__ import annotations

import re
from pathlib import Path

from ari_app.flow.ending import MESSAGE_SECONDS
from ari_app.media.raw_sound import raw_file, raw_seconds

_ENDED = frozenset({"DTMF", "SILENCE", "TIMEOUT", "OPERATOR"})
_HUNG_UP = "HANGUP"

# Asterisk's own unique id, [SYSTEM-]SECONDS.COUNTER: anything else is no file name of ours.
_UNIQUE_ID = re.compile(r"[A-Za-z0-9_-]{1,60}\.[0-9]{1,18}")


def is_message(status: str, seconds: float | None) -> bool:
    """Tell whether the caller left a message; ``status`` is Record()'s RECORD_STATUS.

    ``seconds`` is its length, ``None`` when it is not known. Who speaks and then simply hangs up
    has left one too, as in a client's own flow.
    """
    spoke = seconds is not None and seconds >= MESSAGE_SECONDS
    return status in _ENDED or (status == _HUNG_UP and spoke)


def take_last_message(
    fallback: Path, messages: Path, unique_id: str, recording: str
) -> float | None:
    """Move the file of channel ``unique_id`` to where messages are recorded, as ``recording``.

    ``fallback`` is the dialplan's folder. Returns the message's seconds, ``None`` when there is no
    file; doing it again is harmless. Raises :class:`OSError` when the disk refuses.
    """
    if not _UNIQUE_ID.fullmatch(unique_id):
        return None
    source = raw_file(fallback, unique_id)
    if source.is_file():
        messages.mkdir(parents=True, exist_ok=True)
        source.replace(messages / f"{recording}{source.suffix}")
    taken = raw_file(messages, recording)
    return raw_seconds(taken) if taken.is_file() else None
