"""The Debian mirror that this machine already uses, so that none is named in the repository."""

import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from ari_app.fetch_error import FetchError

ARCHIVE_KEYRINGS = "debian-archive-keyring.*"
# With release information apt lists only what it has downloaded; without it, all it is told of.
_LIST_SOURCES = (
    "apt-get",
    "--option=APT::Get::IndexTargets::ReleaseInfo=false",
    "indextargets",
    "--format=$(CREATED_BY)|$(RELEASE)|$(COMPONENT)|$(SOURCESENTRY)|$(REPO_URI)",
)
_RELEASE_NAMES = ("stable", "oldstable", "testing", "unstable", "sid")
_SIGNED_BY = re.compile(r"signed-by\s*[=:]\s*([^\]\n]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Mirror:
    """A Debian archive and the keyrings that its Release files are checked with."""

    uri: str
    keyrings: tuple[Path, ...]

    @classmethod
    def of_this_machine(cls, override: str | None = None, apt_options: Sequence[str] = ()) -> Self:
        """Ask apt for its sources: it reads ``.list`` and ``.sources`` files, mirror lists and all.

        `override` is a mirror's address to use instead (the setting DUUDLAGA_MIRROR).
        `apt_options` point apt at another machine's sources, in tests.
        """
        standard = tuple(sorted(Path("/usr/share/keyrings").glob(ARCHIVE_KEYRINGS)))
        if override:
            return cls(override, standard)
        uri, file = _debian_source(apt_options)
        return cls(uri, tuple(dict.fromkeys((*_keyrings_named_in(file), *standard))))

    def trusting(self, keyrings: Iterable[Path]) -> Self:
        """The same mirror, with more keyrings."""
        return replace(self, keyrings=tuple(dict.fromkeys((*self.keyrings, *keyrings))))


def this_release() -> str:
    """The code name of the machine's own Debian release, such as the suite's name in a mirror."""
    try:
        name = platform.freedesktop_os_release()["VERSION_CODENAME"]
    except (OSError, KeyError) as error:
        raise FetchError(
            "/etc/os-release names no VERSION_CODENAME: parts are fetched on Debian only."
        ) from error
    return name


def _debian_source(apt_options: Sequence[str]) -> tuple[str, Path]:
    """The address of Debian's main archive in apt's sources, and the file that names it.

    Other vendors' archives also say `main` and the release's name, so an address with `debian` in
    its path comes first.
    """
    if not shutil.which("apt-get"):
        raise FetchError("apt-get is not on this machine: parts are fetched on Debian only.")
    listing = subprocess.run(
        [*_LIST_SOURCES, *apt_options], capture_output=True, text=True, check=False
    )
    if listing.returncode:
        raise FetchError(f"apt cannot read this machine's sources: {listing.stderr.strip()}")
    suites = {this_release(), *_RELEASE_NAMES}
    found: list[tuple[str, Path]] = []
    for line in listing.stdout.splitlines():
        kind, suite, component, entry, uri = line.split("|", 4)
        if kind == "Packages" and suite in suites and component == "main":
            found.append((uri, Path(entry.rpartition(":")[0])))
    if not found:
        raise FetchError(
            "This machine's apt sources (/etc/apt/sources.list, /etc/apt/sources.list.d) name no "
            f"Debian archive for {this_release()}. Name one: DUUDLAGA_MIRROR=address make fetch"
        )
    return next((source for source in found if _says_debian(source[0])), found[0])


def _says_debian(uri: str) -> bool:
    parts = urlsplit(uri).path.split("/")
    return any(part.startswith("debian") and "security" not in part for part in parts)


def _keyrings_named_in(file: Path) -> list[Path]:
    """Keyring files of the Signed-By options in one sources file; keys written inline are left."""
    named = " ".join(_SIGNED_BY.findall(file.read_text()))
    return [Path(word) for word in re.split(r"[\s,]+", named) if word.startswith("/")]
