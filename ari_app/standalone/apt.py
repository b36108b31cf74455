"""apt with a state folder of its own: it resolves, checks and downloads without being root."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from ari_app.fetch_error import FetchError
from ari_app.standalone.mirror import Mirror

# `'uri' file_name size checksum`, as apt-get --print-uris writes it
_URI_LINE = re.compile(r"^'(?P<uri>[^']+)' (?P<file>\S+\.deb) (?P<bytes>\d+)", re.MULTILINE)

# Read after the machine's own configuration, whose proxies and time-outs stay in force while its
# hooks, which look after the machine's own packages, do not. #clear is apt's word, not a comment.
_CONFIGURATION = """\
Dir::State "{state}";
Dir::State::lists "{state}/lists";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
Dir::Etc::sourcelist "{state}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::trusted "/dev/null";
Dir::Etc::trustedparts "{state}/keyrings";
APT::Sandbox::User "";
APT::Install-Recommends "0";
APT::Install-Suggests "0";
APT::Get::AllowUnauthenticated "0";
Acquire::AllowInsecureRepositories "0";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "1";
#clear APT::Default-Release;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
"""


@dataclass(frozen=True)
class Deb:
    """One package file that apt chose."""

    package: str
    version: str
    file: str
    bytes: int


class Apt:
    """One suite of a mirror. All state lies in `state`; the machine's own packages are not seen."""

    def __init__(self, state: Path, mirror: Mirror, suite: str) -> None:
        self.archives = state / "cache" / "archives"
        self._state = state
        self._source = f"{suite} from {mirror.uri}"
        for folder in ("lists/partial", "cache/archives/partial", "keyrings"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        (state / "status").touch()
        (state / "sources.list").write_text(f"deb {mirror.uri} {suite} main\n")
        (state / "apt.conf").write_text(_CONFIGURATION.format(state=state))
        self._trust(mirror.keyrings)

    def _trust(self, keyrings: Iterable[Path]) -> None:
        """Copy the keyrings into apt's folder of trusted keys, where their names must end right."""
        shutil.rmtree(self._state / "keyrings")
        (self._state / "keyrings").mkdir()
        for number, keyring in enumerate(keyrings):
            ending = ".asc" if keyring.suffix == ".asc" else ".gpg"
            shutil.copyfile(keyring, self._state / "keyrings" / f"{number}{ending}")

    def update(self) -> None:
        """Fetch the suite's list of packages and check its signature."""
        self._run(
            "update", "--error-on=any", failure=f"cannot read the package list of {self._source}"
        )

    def closure(self, packages: Sequence[str]) -> list[Deb]:
        """The files that `packages` and all they depend on come in, whether here already or not."""
        with tempfile.TemporaryDirectory() as nothing:
            Path(nothing, "partial").mkdir()
            listing = self._run(
                f"--option=Dir::Cache::archives={nothing}",
                "--print-uris",
                "install",
                *packages,
                failure=f"cannot resolve {' '.join(packages)} in {self._source}",
            )
        return [_deb(match["file"], int(match["bytes"])) for match in _URI_LINE.finditer(listing)]

    def download(self, packages: Sequence[str]) -> Iterator[None]:
        """Download the closure of `packages` into `archives`; yields a few times a second.

        What an earlier, interrupted run has fetched is kept, parts of files too.
        """
        log = self._state / "download.log"
        command = self._command("--download-only", "install", *packages)
        with log.open("w") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=_english()
            )
        try:
            while process.poll() is None:
                yield
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue  # still downloading: let the caller show how far it is
        finally:
            process.terminate()
            process.wait()
        if process.returncode:
            raise FetchError(_sentence(f"cannot download from {self._source}", log.read_text()))

    def downloaded(self, debs: Iterable[Deb]) -> int:
        """How many bytes of `debs` are here, whole files and parts of files."""
        places = (self.archives, self.archives / "partial")
        return sum(_size(place / deb.file) for deb in debs for place in places)

    def _command(self, *arguments: str) -> list[str]:
        return [
            "apt-get",
            f"--config-file={self._state / 'apt.conf'}",
            "--quiet",
            "--yes",
            *arguments,
        ]

    def _run(self, *arguments: str, failure: str) -> str:
        done = subprocess.run(
            self._command(*arguments), capture_output=True, text=True, check=False, env=_english()
        )
        if done.returncode:
            raise FetchError(_sentence(failure, done.stderr))
        return done.stdout


def _english() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # not begun, or just moved out of `partial`
        return 0


def _deb(file: str, size: int) -> Deb:
    """Read `asterisk_1%3a22.10.1-1_amd64.deb`: the epoch's colon is written %3a in file names."""
    package, version, _ = unquote(file).split("_", 2)
    return Deb(package, version, file, size)


def _sentence(failure: str, output: str) -> str:
    """apt's first complaint, with what to do about it."""
    complaints = [line[3:] for line in output.splitlines() if line.startswith(("E: ", "W: "))]
    return (
        f"apt {failure}: {complaints[0] if complaints else output.strip()}\n"
        "Check the network, or name another mirror: DUUDLAGA_MIRROR=address make fetch"
    )
