"""How the fetched programs are started from where they are unpacked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.fetch_error import FetchError

# Libraries that packages keep in folders of their own, found on an installed system through
# links which the packages' scripts would have made.
_OWN_FOLDERS = ("", "blas", "lapack", "pulseaudio")
_POSTGRES_PROGRAMS = ("createdb", "initdb", "pg_ctl", "pg_isready", "postgres", "psql")
_TEST_PROGRAMS = ("baresip", "sipp")


@dataclass(frozen=True)
class Program:
    """A program of a part, and what its environment needs beside the usual."""

    path: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None  # where it has to run, if that matters

    def command(self, *arguments: str | Path) -> list[str]:
        """The argument list that starts it."""
        return [str(self.path), *map(str, arguments)]

    def environment(self) -> dict[str, str]:
        """This process's environment with the program's own variables."""
        return {**os.environ, **self.variables}


def asterisk_command(parts: Path, *arguments: str | Path) -> list[str]:
    """Start Asterisk through its own loader: its libraries are newer than the machine's.

    No environment variable is set, so what Asterisk starts runs with the machine's libraries.
    """
    root = _root(parts, "asterisk")
    loader = _one(root, "usr/lib*/ld-linux-*.so.*")
    return [
        str(loader),
        "--library-path",
        _library_path(root),
        str(root / "usr/sbin/asterisk"),
        *map(str, arguments),
    ]


def release_program(parts: Path, name: str) -> Program:
    """A program of the machine's own release, such as `postgres`, `redis-server` or `ffmpeg`.

    What it starts inherits its library path: the machine's own loader and C library fit all of it.
    """
    root = _root(parts, "tests" if name in _TEST_PROGRAMS else "release")
    folder = "usr/lib/postgresql/*/bin" if name in _POSTGRES_PROGRAMS else "usr/bin"
    variables = {"LD_LIBRARY_PATH": _library_path(root)}
    runs_in = None
    if name == "espeak-ng":
        # espeak-ng 1.51 keeps 160 bytes for the path to its data, and looks elsewhere when it is
        # longer: it runs beside its data, so the path is short.
        runs_in = _one(root, "usr/lib/*/espeak-ng-data").parent
        variables["ESPEAK_DATA_PATH"] = "."
    return Program(_one(root, f"{folder}/{name}"), variables, runs_in)


def postgres_share(parts: Path) -> Path:
    """Postgres's folder of templates, for `initdb -L`."""
    return _one(_root(parts, "release"), "usr/share/postgresql/*/postgres.bki").parent


def _root(parts: Path, name: str) -> Path:
    root = (parts / name).absolute()
    if not root.is_dir():
        command = "make test" if name == "tests" else "make fetch"
        raise FetchError(f"{root} is not there yet: run {command}.")
    return root


def _one(root: Path, pattern: str) -> Path:
    found = sorted(root.glob(pattern))
    if not found:
        raise FetchError(f"{root} holds no {pattern}. Remove that folder and run make fetch.")
    return found[-1]


def _library_path(root: Path) -> str:
    libraries = _one(root, "usr/lib/*-linux-*")
    folders = (libraries / name for name in _OWN_FOLDERS)
    return ":".join(str(folder) for folder in folders if folder.is_dir())
