"""Takes one recording one step further: from Asterisk's raw files to what a person can play.

Each step leaves its result whole on the disk or not at all, and can be done again. The raw files
go only after the finished recording was read back and the journal told.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ari_app.media.ledger import FOUND, REPAIRED, STORED, VERIFIED, LedgerRow
from ari_app.media.media_error import MediaError
from ari_app.media.programs import run_ffmpeg
from ari_app.media.raw_sound import as_input, raw_file, raw_seconds, read_peaks, repair
from ari_app.media.sound import RATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_AS_HEARD = f"aresample={RATE}:filter_size=64:cutoff=0.97"
_OPUS = ("-c:a", "libopus", "-application", "voip", "-b:a")
_SPARE_BYTES = 4 * 1024 * 1024
_PEAKS_PER_SECOND = 10


class DiskFullError(MediaError):
    """There is no room for the finished recording."""


class NotAsStoredError(MediaError):
    """The finished recording is not what was stored; it must be made again."""


@dataclass(frozen=True)
class Finisher:
    """Where raw and finished recordings lie.

    ``monitor`` holds a folder for each client with the sides of talks; ``messages`` is Asterisk's
    own folder of recorded messages. ``talk_seconds`` tells how much of what was recorded is the
    talk, ``missing_seconds`` how much of it is not there. ``tell`` puts a stored recording into the
    journal, once.
    """

    parts: Path
    monitor: Path
    messages: Path
    recordings: Path
    talk_seconds: Callable[[LedgerRow, float], float]
    missing_seconds: Callable[[LedgerRow, float], float | None]
    tell: Callable[[LedgerRow], None]

    def raw_files(self, row: LedgerRow) -> list[Path]:
        """Return the raw files that belong to a row: the caller's side, then the agent's."""
        if row.kind == "talk":
            sides = (f"{row.recording}-{side}" for side in ("caller", "agent"))
            return [raw_file(self.monitor / row.client, side) for side in sides]
        return [raw_file(self.messages, row.recording)]

    def discard(self, row: LedgerRow) -> LedgerRow:
        """Remove whatever there is of a recording that is not to be kept; its row is finished."""
        finished = (self.recordings / row.path, self.recordings / row.peaks_path)
        for file in (*self.raw_files(row), *finished):
            file.unlink(missing_ok=True)
        return row.moved(VERIFIED, seconds=0.0, bytes=0, sha256=None)

    def step(self, row: LedgerRow) -> LedgerRow:
        """Do the step after ``row.state``; raise :class:`MediaError` or OSError if it fails."""
        if row.state == FOUND:
            return self._repair(row)
        if row.state == REPAIRED:
            return self._store(row)
        return self._verify(row)

    def _repair(self, row: LedgerRow) -> LedgerRow:
        with_sound = [raw for raw in self.raw_files(row) if raw_seconds(raw)]
        for raw in with_sound:
            repair(raw)
        if not with_sound:
            return self.nothing(row)
        return row.moved(REPAIRED)

    def nothing(self, row: LedgerRow) -> LedgerRow:
        """The row of which there is no sound: nobody spoke, or it is a gap."""
        return row.moved(STORED, seconds=0.0, bytes=0, missing=self.missing_seconds(row, 0.0))

    def _store(self, row: LedgerRow) -> LedgerRow:
        raws = self.raw_files(row)
        seconds = max(map(raw_seconds, raws))
        if seconds == 0:
            raise MediaError(f"The raw files of recording {row.recording} are gone.")
        missing = self.missing_seconds(row, seconds)
        seconds = self.talk_seconds(row, seconds)
        target = self.recordings / row.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(target.parent).free < seconds * 6000 + _SPARE_BYTES:
            raise DiskFullError(f"The disk has no room for recording {row.recording}.")
        # A step that was killed leaves its unfinished file, and perhaps ffmpeg still at it.
        for leftover in target.parent.glob(f".{row.recording}.*.part"):
            leftover.unlink(missing_ok=True)
        unfinished = target.parent / f".{row.recording}.{os.getpid()}.part"
        try:
            self._encode(raws, seconds, unfinished)
            _flush(unfinished)
            facts = {"bytes": unfinished.stat().st_size, "sha256": _sha256(unfinished)}
            self._write_peaks(row, raws, seconds)
            unfinished.replace(target)
            _flush(target.parent)
        finally:
            unfinished.unlink(missing_ok=True)
        return row.moved(STORED, seconds=round(seconds, 3), missing=missing, **facts)

    def _encode(self, raws: list[Path], seconds: float, target: Path) -> None:
        """Make the caller the left side and the agent the right; a missing side is silence."""
        inputs: list[str | Path] = []
        for raw in raws:
            if raw_seconds(raw):
                inputs += as_input(raw)
            else:
                inputs += ["-f", "lavfi", "-i", f"anullsrc=r={RATE}:cl=mono"]
        graph, rate = f"[0:a]{_AS_HEARD},apad[out]", "16k"
        if len(raws) == 2:
            sides = f"[0:a]{_AS_HEARD},apad[left];[1:a]{_AS_HEARD},apad[right];"
            graph, rate = f"{sides}[left][right]join=inputs=2:channel_layout=stereo[out]", "24k"
        picked = ["-filter_complex", graph, "-map", "[out]", "-t", f"{seconds:.3f}"]
        arguments = [*inputs, *picked, *_OPUS, rate, "-f", "ogg", target]
        try:
            run_ffmpeg(self.parts, arguments, timeout_seconds=60 + seconds, niceness=19)
        except MediaError as error:
            if "No space left" in str(error):
                raise DiskFullError(f"The disk became full: {error}") from error
            raise

    def _write_peaks(self, row: LedgerRow, raws: list[Path], seconds: float) -> None:
        names = ("caller", "agent") if row.kind == "talk" else ("caller",)
        count = math.ceil(round(seconds * _PEAKS_PER_SECOND, 3))
        sides = (
            read_peaks(raw, _PEAKS_PER_SECOND)[:count] if raw_seconds(raw) else [] for raw in raws
        )
        content = json.dumps(
            {"per_second": _PEAKS_PER_SECOND, **dict(zip(names, sides, strict=True))},
            separators=(",", ":"),
        )
        target = self.recordings / row.peaks_path
        unfinished = target.with_name(f".{target.name}.part")
        unfinished.write_text(content)
        _flush(unfinished)
        unfinished.replace(target)

    def _verify(self, row: LedgerRow) -> LedgerRow:
        if row.sha256 is not None:
            self._read_back(row)
        self.tell(row)
        for raw in self.raw_files(row):
            raw.unlink(missing_ok=True)
        return row.moved(VERIFIED)

    def _read_back(self, row: LedgerRow) -> None:
        stored = self.recordings / row.path
        if not stored.is_file() or _sha256(stored) != row.sha256:
            raise NotAsStoredError(f"{stored} is not the file that was stored there.")
        length = _ogg_seconds(stored)
        if abs(length - (row.seconds or 0.0)) > 0.2:
            raise NotAsStoredError(f"{stored} has {length:.1f} s, not {row.seconds} s.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Bring a file, or a folder's names, onto the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ogg_seconds(path: Path) -> float:
    """Read the length from the last page: its granule position counts 48 kHz samples (RFC 7845)."""
    with path.open("rb") as file:
        head = file.read(256)
        file.seek(max(0, path.stat().st_size - 70_000))  # a page has at most 65,307 bytes
        tail = file.read()
    opus, page = head.find(b"OpusHead"), tail.rfind(b"OggS")
    if opus < 0 or page < 0:
        raise MediaError(f"{path} is no Ogg file with Opus in it.")
    skipped = int.from_bytes(head[opus + 10 : opus + 12], "little")
    return (int.from_bytes(tail[page + 6 : page + 14], "little") - skipped) / 48_000
