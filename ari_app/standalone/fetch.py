"""Fetch the third-party programs: Asterisk from Debian unstable, the rest from this release.

``python -m ari_app.standalone.fetch [--tests]`` does nothing when all is there.
"""

import json
import os
import re
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from ari_app.console import console as console_on
from ari_app.fetch_error import FetchError
from ari_app.patient_lock import lock_within
from ari_app.places import Places
from ari_app.settings_error import SettingsError
from ari_app.standalone.apt import Apt, Deb
from ari_app.standalone.fetch_progress import FetchProgress
from ari_app.standalone.mirror import ARCHIVE_KEYRINGS, Mirror, this_release
from ari_app.standalone.part import Part, parts_of
from ari_app.standalone.unpack import unpack

# It fixed twenty advisories: nothing older answers a call.
OLDEST_ASTERISK = (22, 10, 1)
# Measured: 111 MB of packages are 280 MB unpacked, 214 MB are 780 MB.
_UNPACKED_BYTES_PER_BYTE = 4


def fetch(part: Part, folder: Path, mirror: Mirror, progress: FetchProgress) -> None:
    """Bring one part into `folder`; at once when it is there already.

    The part appears whole, by a rename: an interrupted run leaves nothing half-made, and the next
    one goes on with what was downloaded.
    """
    root = folder / part.name
    if is_fetched(part, folder):
        return
    apt = Apt(folder / "apt" / part.suite, mirror, part.suite)
    bar = progress.begin(f"{part.name}: package list", 1)
    apt.update()
    debs = apt.closure(part.packages)
    progress.show(bar, 1, f"{len(debs)} packages")
    refuse_old_asterisk(debs)
    _refuse_small_disk(folder, debs)
    _download(apt, part, debs, progress)
    new = folder / f"{part.name}.new"
    shutil.rmtree(new, ignore_errors=True)
    _unpack(apt, part, debs, new, progress)
    (new / "fetched.json").write_text(_stamp(part))
    _replace(root, new)
    for deb in debs:
        (apt.archives / deb.file).unlink()


def _download(apt: Apt, part: Part, debs: list[Deb], progress: FetchProgress) -> None:
    total = sum(deb.bytes for deb in debs)
    bar = progress.begin(f"{part.name}: download {total / 1e6:.0f} MB", total)
    for _ in apt.download(part.packages):
        here = apt.downloaded(debs)
        progress.show(bar, here, f"{here / 1e6:.0f} MB")
    progress.show(bar, total, f"{total / 1e6:.0f} MB")


def _unpack(apt: Apt, part: Part, debs: list[Deb], root: Path, progress: FetchProgress) -> None:
    wanted = [apt.archives / deb.file for deb in debs if deb.package not in part.without]
    bar = progress.begin(f"{part.name}: unpack {len(wanted)} packages", len(wanted))
    for number, _ in enumerate(unpack(wanted, root), start=1):
        progress.show(bar, number, str(number))


def is_fetched(part: Part, folder: Path) -> bool:
    """Whether exactly this part stands in `folder`."""
    stamp = folder / part.name / "fetched.json"
    return stamp.is_file() and stamp.read_text() == _stamp(part)


def _stamp(part: Part) -> str:
    return json.dumps(asdict(part), indent=2) + "\n"


def _replace(root: Path, new: Path) -> None:
    old = root.with_name(f"{root.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if root.exists():
        root.rename(old)
    new.rename(root)
    shutil.rmtree(old, ignore_errors=True)


def refuse_old_asterisk(debs: list[Deb]) -> None:
    """Raise when the mirror's Asterisk lacks security fixes that we rest on."""
    for deb in debs:
        if deb.package != "asterisk":
            continue
        upstream = re.match(r"(?:\d+:)?(\d+)\.(\d+)\.(\d+)", deb.version)
        if not upstream or tuple(map(int, upstream.groups())) < OLDEST_ASTERISK:
            oldest = ".".join(map(str, OLDEST_ASTERISK))
            raise FetchError(
                f"The mirror offers Asterisk {deb.version}, but {oldest} or newer is needed. "
                "Name another mirror: DUUDLAGA_MIRROR=address make fetch"
            )


def _refuse_small_disk(folder: Path, debs: list[Deb]) -> None:
    needed = sum(deb.bytes for deb in debs) * (1 + _UNPACKED_BYTES_PER_BYTE)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise FetchError(
            f"{folder} needs {needed / 1e6:.0f} MB of free disk, but has {free / 1e6:.0f} MB. "
            "Make room, or set DUUDLAGA_PARTS to a folder on a larger disk."
        )


@contextmanager
def _only_one(folder: Path, console: Console) -> Iterator[None]:
    """Let a second fetch wait for the first; the system drops the lock when its holder dies."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not lock_within(lock, 0):
            console.print(f"Another fetch works in {folder}: waiting for it.", markup=False)
            if not lock_within(lock):
                raise FetchError(f"Another fetch still works in {folder}: stop it, or wait longer.")
        yield
    finally:
        os.close(lock)


def fetch_all(folder: Path, mirror_override: str | None, *, tests: bool) -> None:
    """Fetch all that is missing into `folder`; without a network when nothing is."""
    parts = parts_of(this_release(), tests=tests)
    if all(is_fetched(part, folder) for part in parts):
        return
    console = console_on(stderr=True)
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder, console), FetchProgress(console) as progress:
        mirror = Mirror.of_this_machine(mirror_override)
        for part in parts:
            fetch(part, folder, mirror, progress)
            mirror = mirror.trusting(folder.glob(f"release/usr/share/keyrings/{ARCHIVE_KEYRINGS}"))


def main() -> None:
    """Run the command; a failure is one sentence and exit status 1."""
    parser = ArgumentParser(prog="fetch", description="Fetch Asterisk, Postgres, Redis and others.")
    parser.add_argument("--tests", action="store_true", help="also what only the tests need")
    wanted = parser.parse_args()
    # Programs hold no secrets, and the account that root steps down to must be able to start them.
    os.umask(0o022)
    try:
        places = Places.load()
        fetch_all(places.parts, places.mirror, tests=wanted.tests)
    except (FetchError, SettingsError) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The parts cannot be put in their folder (DUUDLAGA_PARTS): {error}.")
    except KeyboardInterrupt:
        sys.exit("Stopped. Run it again to go on from here.")


if __name__ == "__main__":
    main()
