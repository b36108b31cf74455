"""Unpack package files into a folder that is a root of its own."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ari_app.fetch_error import FetchError

# Debian's own layout since 12: these are links to the folders of the same name below usr. Some
# packages still carry /lib, so tar has to follow the links (dpkg-deb --extract replaces them).
_MERGED = ("bin", "lib", "lib64", "sbin")
# For people at a terminal, and half of all the files.
_LEFT_OUT = ("./usr/share/doc", "./usr/share/info", "./usr/share/locale", "./usr/share/man")


def unpack(files: Iterable[Path], root: Path) -> Iterator[Path]:
    """Unpack every file into `root`, a new folder; yields each file when it is done.

    The packages' scripts are not run, so nothing is set up and nothing outside `root` is touched.
    """
    for name in _MERGED:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(lambda file: _unpack_one(file, root), files)


def _unpack_one(file: Path, root: Path) -> Path:
    """Pipe the package's archive into tar: no owners and no set-uid bits come out of it."""
    tar = ["tar", "--extract", "--keep-directory-symlink", "--no-same-owner"]
    tar += ["--no-same-permissions", f"--directory={root}"]
    tar += [f"--exclude={path}" for path in _LEFT_OUT]
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as archive:
        unpacking = subprocess.run(
            tar, stdin=archive.stdout, capture_output=True, text=True, check=False
        )
        complaint = unpacking.stderr
        if archive.stderr:
            complaint += archive.stderr.read().decode(errors="replace")
    if archive.returncode or unpacking.returncode:
        file.unlink(missing_ok=True)  # so that the next run fetches it afresh
        raise FetchError(
            f"{file.name} cannot be unpacked into {root}: {complaint.strip()}\n"
            "It is removed; run the same command again to fetch it afresh."
        )
    return file
