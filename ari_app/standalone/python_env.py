"""Make the virtual environment from requirements.lock; the standard library alone runs this.

``python3 -m ari_app.standalone.python_env`` does nothing when the environment already matches the
lock. Interrupted, it goes on from pip's cache and from what is already installed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ari_app.patient_lock import lock_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OLDEST_PYTHON = (3, 11)
_STEPS = ("Collecting ", "Downloading ", "Building ", "Installing ")  # pip's words
REPOSITORY = Path(__file__).resolve().parents[2]


class PythonEnvironmentError(Exception):
    """The virtual environment cannot be made; the message says why, in a sentence."""


def make_environment(repository: Path) -> bool:
    """Bring ``<repository>/.venv`` in line with the lock; True when anything was installed.

    Every file that pip takes is checked against the lock's hashes. The stamp is written last, so
    an interrupted run is finished by the next one.
    """
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = (".".join(map(str, v)) for v in (OLDEST_PYTHON, sys.version_info[:3]))
        raise PythonEnvironmentError(
            f"Python {wanted} or newer is needed, but {sys.executable} is {found}. "
            "Name another one: make PYTHON=/path/to/python3 …"
        )
    environment = repository / ".venv"
    stamp = environment / "installed"
    with _only_one(repository):
        wanted_stamp = _fingerprint(repository)
        if stamp.is_file() and stamp.read_text() == wanted_stamp and _runs(environment):
            return False
        print("Installing the libraries of requirements.lock into .venv …")  # noqa: T201
        stamp.unlink(missing_ok=True)
        if not _runs(environment):
            _create(environment)
        _install(environment, repository)
        stamp.write_text(wanted_stamp)
    return True


@contextmanager
def _only_one(repository: Path) -> Iterator[None]:
    """Hold the repository's folder itself as the lock, so that no lock file is left behind."""
    folder = os.open(repository, os.O_RDONLY)
    try:
        if not lock_within(folder):
            raise PythonEnvironmentError(
                f"Another make works in {repository}: stop it, or wait until it has finished."
            )
        yield
    finally:
        os.close(folder)


def _fingerprint(repository: Path) -> str:
    """Everything the environment is made from."""
    digest = hashlib.sha256(str(sys.version_info[:2]).encode())
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((repository / name).read_bytes())
    return digest.hexdigest()


def _runs(environment: Path) -> bool:
    """Whether this environment works, was made in this place and has the Python running now.

    Its programs begin with the path of the place where it was made, so a moved one is of no use.
    """
    python = environment / "bin" / "python"
    made_as = environment / "pyvenv.cfg"
    if not (python.exists() and made_as.exists() and str(environment) in made_as.read_text()):
        return False
    probe = "import pip, sys; print(sys.version_info[:2])"
    answer = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == str(sys.version_info[:2])


def _create(environment: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", environment],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise PythonEnvironmentError(
            f"{sys.executable} cannot make a virtual environment in {environment} "
            f"(Debian's package python3-venv may be missing):\n{made.stdout}{made.stderr}"
        )


def _install(environment: Path, repository: Path) -> None:
    """Install setuptools first: what comes as source, and this project, are built with it alone.

    pip checks no hashes of what it fetches for an isolated build, hence --no-build-isolation.
    """
    lock = repository / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "setuptools.lock"
        first.write_text(locked_entry(lock.read_text(), "setuptools"))
        _pip(environment, "--require-hashes", "-r", first)
    # The lock is complete, and leaves out on purpose what requirements.override names.
    _pip(environment, "--require-hashes", "--no-deps", "--no-build-isolation", "-r", lock)
    _pip(environment, "--no-deps", "--no-build-isolation", "--no-index", "-e", repository)


def locked_entry(lock: str, package: str) -> str:
    """One package's lines of a lock: its pinned version and, indented below it, its hashes."""
    lines = lock.splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith(f"{package}==")]
    if not starts:
        raise PythonEnvironmentError(f"requirements.lock does not name {package}: run make lock.")
    end = starts[0] + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    return "\n".join(lines[starts[0] : end]) + "\n"


def _pip(environment: Path, *arguments: str | Path) -> None:
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    command = [*pip, "install", "--progress-bar=off", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        _show(process.stdout)
    if process.returncode:
        raise PythonEnvironmentError(
            "pip could not install the libraries of requirements.lock; its own words stand above. "
            "Check the network and run the same command again: what is fetched is kept."
        )


def _show(words: Iterable[str]) -> None:
    """Say on a terminal which library pip is at; in a log its words would be in the way."""
    if not sys.stdout.isatty():
        words = list(words)  # pip waits when nobody reads
        return
    for number, line in enumerate(line for line in words if line.startswith(_STEPS)):
        step = " ".join(line.split()[:2])[:60]
        print(f"\r\x1b[K  {number + 1}  {step}", end="", flush=True)  # noqa: T201
    print("\r\x1b[K", end="", flush=True)  # noqa: T201


if __name__ == "__main__":
    os.umask(0o022)  # made by root, it is used by the account that root steps down to
    try:
        make_environment(REPOSITORY)
    except PythonEnvironmentError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped. Run it again to go on from here.")
