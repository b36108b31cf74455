"""What is said of a call's recordings below its story: where each is, or what is wrong with it."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ari_app.commands.texts import Texts
from ari_app.flow.entries import Entry


def recording_lines(
    entries: Iterable[Entry], call: str, recordings: Path, texts: Texts
) -> list[str]:
    """A line for each recording that was kept or is to be; none for what the story says is lost.

    `recordings` is the folder of finished recordings.
    """
    found: dict[Any, Entry] = {}
    for entry in entries:
        name = entry.data.get("recording")
        if entry.kind == "recording_discarded":
            found.pop(name, None)
        elif entry.kind == "recording_stored" or (
            entry.kind == "recording_expected" and name not in found
        ):
            found[name] = entry
    open_ones = any(entry.kind == "recording_expected" for entry in found.values())
    lines = [
        _finished(recordings / entry.data["path"], entry.data.get("bytes"), texts)
        for entry in found.values()
        if entry.data.get("path")
    ]
    return [*lines, texts("call.recording_later", call=call)] if open_ones else lines


def _finished(path: Path, size: int | None, texts: Texts) -> str:
    try:
        there = path.stat().st_size
    except FileNotFoundError:
        return texts("call.recording_gone", path=path)
    except OSError as error:
        return texts("call.recording_closed", path=path, reason=error.strerror)
    if not path.is_file() or there == 0 or there != (size or there):
        return texts("call.recording_damaged", path=path, there=there, size=size or "–")
    if not os.access(path, os.R_OK):
        return texts("call.recording_closed", path=path, reason=os.strerror(errno.EACCES))
    return texts("call.recording", path=path)
