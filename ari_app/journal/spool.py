"""Entries that could not be written to the journal wait here as files. Standard library only.

A file is written whole under another name and renamed, so what ends in ``.json`` is complete. The
shipper takes the files in as soon as the journal takes writes again, each exactly once.
"""

from __future__ import annotations

import itertools
import json
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from ari_app.flow.entries import Entry
from ari_app.journal.store import Journal

_numbers = itertools.count()


def put(folder: Path, call: str, client: str, entries: Sequence[Entry]) -> Path:
    """Leave the entries in ``folder`` and return their file; on the disk when this returns.

    Raises :class:`OSError` when the disk refuses this too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # The time and the number keep the files in the order in which they were made.
    at = entries[0].at if entries else 0.0
    path = folder / f"{at:017.6f}-{next(_numbers):06}-{uuid.uuid4().hex}.json"
    lines = [{"kind": entry.kind, "at": entry.at, "data": entry.data} for entry in entries]
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump({"call": call, "client": client, "entries": lines}, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    return path


def take_in(folder: Path, journal: Journal) -> int:
    """Move the files of ``folder`` into the journal, oldest first, and return how many.

    A file that cannot be read is set aside as ``.unreadable`` and keeps what it holds. Raises
    :class:`ari_app.journal.journal_error.JournalError` when the journal refuses; the rest stays.
    """
    taken = 0
    for path in sorted(folder.glob("*.json")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            call, client = str(document["call"]), str(document["client"])
            entries = [
                Entry(str(line["kind"]), float(line["at"]), dict(line["data"]))
                for line in document["entries"]
            ]
        except (ValueError, KeyError, TypeError):
            path.rename(path.with_suffix(".unreadable"))
            continue
        # Killed before the file is removed, the next shipper finds its name in the journal.
        taken += journal.append_spooled(path.name, call, client, entries)
        path.unlink()
    return taken
