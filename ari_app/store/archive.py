"""One file that holds a client whole: its document and its recordings, as a zip archive.

The same content is the same bytes. What comes in is believed in nothing: only the names that an
export writes are taken, and no more bytes than it could write.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ari_app.flow.said import Said, shown
from ari_app.store.yaml_file import LARGEST_BYTES, DocumentError, Finding

SUFFIX = ".zip"
LARGEST_SOUND = 20_000_000
"""Bytes of one recording: twice the ten minutes that a prompt may have."""
LARGEST_TOTAL = 500_000_000
MOST_FILES = 2000

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date that a zip archive knows
_DOCUMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\.ya?ml")
_SOUND = re.compile(r"sounds/[a-z]{2,3}/[a-z0-9][a-z0-9_-]{0,62}\.wav")
_FOLDER = re.compile(r"sounds/([a-z]{2,3}/)?")
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


def recording_name(language: str, slug: str) -> str:
    """Return the name of a prompt's recording, in an archive and in an exported document."""
    return f"sounds/{language}/{slug}.wav"


def pack(path: Path, files: Mapping[str, bytes]) -> None:
    """Write an archive whole or not at all; raises :class:`DocumentError` where it cannot be."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(unfinished, "w") as archive:
            for name, content in sorted(files.items()):
                entry = zipfile.ZipInfo(name, _LONG_AGO)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 6)
        unfinished.replace(path)
    except OSError as error:
        said = Said("the archive cannot be written here")
        raise DocumentError(findings=[Finding(path, 0, "", said)]) from error
    finally:
        unfinished.unlink(missing_ok=True)


@dataclass(frozen=True)
class Opened:
    """Documents to read, those of archives among them; `folders` has each archive by its folder."""

    paths: tuple[Path, ...]
    folders: Mapping[Path, Path]

    def holds(self, file: Path) -> bool:
        """Tell whether a file came out of an archive."""
        return any(file.is_relative_to(folder) for folder in self.folders)

    def named(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the findings with the files' names as people know them."""
        return [replace(finding, file=self._name(finding.file)) for finding in findings]

    def _name(self, file: Path) -> Path:
        for folder, archive in self.folders.items():
            if file.is_relative_to(folder):
                return archive / file.relative_to(folder)
        return file


@contextmanager
def opened(paths: Sequence[Path]) -> Iterator[Opened]:
    """Unpack the archives among these paths for as long as the context lasts.

    Raises :class:`DocumentError` for an archive that is damaged, or that no export has made.
    """
    with TemporaryDirectory(prefix="archive-") as folder:
        folders: dict[Path, Path] = {}
        found = []
        for n, path in enumerate(paths):
            if path.suffix.lower() != SUFFIX:
                found.append(path)
                continue
            target = Path(folder) / str(n)
            _unpack(path, target)
            folders[target] = path
            found.append(target)
        yield Opened(tuple(found), folders)


def _unpack(path: Path, target: Path) -> None:
    def refuse(message: Said) -> DocumentError:
        return DocumentError(findings=[Finding(path, 0, "", message)])

    try:
        with zipfile.ZipFile(path) as archive:
            entries = [each for each in archive.infolist() if not _FOLDER.fullmatch(each.filename)]
            if (fault := _fault(entries)) is not None:
                raise refuse(fault)
            for entry in entries:
                file = target / entry.filename
                file.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as packed:
                    content = packed.read(entry.file_size + 1)
                file.write_bytes(content)
    except FileNotFoundError as error:
        raise refuse(Said("there is no such file")) from error
    except _DAMAGED as error:
        raise refuse(Said("this archive is damaged, or no archive")) from error
    except OSError as error:
        raise refuse(Said("the file cannot be read")) from error


def _fault(entries: Sequence[zipfile.ZipInfo]) -> Said | None:
    """Return why an archive is refused before anything of it is unpacked."""
    names = [entry.filename for entry in entries]
    if len(names) > MOST_FILES:
        return Said("the archive holds more than {most} files", most=MOST_FILES)
    if faults := [fault for entry in entries if (fault := _fault_of(entry)) is not None]:
        return faults[0]
    if len(set(names)) < len(names):
        return Said("the archive holds a file twice")
    if sum(entry.file_size for entry in entries) > LARGEST_TOTAL:
        return Said("the archive is larger than {most} MB", most=LARGEST_TOTAL // 1_000_000)
    if not any(_DOCUMENT.fullmatch(name) for name in names):
        return Said("the archive holds no document")
    return None


def _fault_of(entry: zipfile.ZipInfo) -> Said | None:
    document = _DOCUMENT.fullmatch(entry.filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if not (document or _SOUND.fullmatch(entry.filename)) or kind not in (0, stat.S_IFREG):
        return Said(
            "the archive holds `{name}`; an export has only a document and "
            "sounds/LANGUAGE/PROMPT.wav",
            name=shown(entry.filename),
        )
    most = LARGEST_BYTES if document else LARGEST_SOUND
    if entry.file_size > most:
        return Said(
            "`{name}` in the archive is larger than {most} kB",
            name=entry.filename,
            most=most // 1000,
        )
    return None
