"""Fetching: what is refused, what is kept, and what two runs at once do."""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from ari_app.fetch_error import FetchError
from ari_app.standalone import fetch as fetching
from ari_app.standalone.apt import Deb
from ari_app.standalone.fetch import fetch, is_fetched, refuse_old_asterisk
from ari_app.standalone.fetch_progress import FetchProgress
from ari_app.standalone.mirror import Mirror
from ari_app.standalone.part import Part, parts_of
from tests.standalone.test_unpack import build

PART = Part("tools", "sid", ("tool",))
MIRROR = Mirror("file:/nowhere", ())


class FakeApt:
    """An archive of one package, `tool`, whose file is already downloaded."""

    def __init__(self, state: Path, mirror: Mirror, suite: str) -> None:
        self.archives = state
        state.mkdir(parents=True, exist_ok=True)
        self.deb = build(state, "tool", {"usr/bin/tool": 0o755})

    def update(self) -> None:
        pass

    def closure(self, packages: Iterable[str]) -> list[Deb]:
        return [Deb("tool", "1", self.deb.name, self.deb.stat().st_size)]

    def download(self, packages: Iterable[str]) -> Iterator[None]:
        yield None

    def downloaded(self, debs: Iterable[Deb]) -> int:
        return 1


@pytest.fixture
def progress() -> Iterator[FetchProgress]:
    with FetchProgress(Console(quiet=True)) as shown:
        yield shown


@pytest.fixture(autouse=True)
def archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "Apt", FakeApt)


def test_a_part_appears_whole_and_its_packages_are_not_kept(
    tmp_path: Path, progress: FetchProgress
) -> None:
    fetch(PART, tmp_path, MIRROR, progress)
    assert is_fetched(PART, tmp_path)
    assert (tmp_path / "tools/usr/bin/tool").exists()
    assert not list(tmp_path.glob("apt/sid/*.deb"))
    assert not (tmp_path / "tools.new").exists()


def test_a_part_that_stands_is_not_fetched_again(
    tmp_path: Path, progress: FetchProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(PART, tmp_path, MIRROR, progress)
    monkeypatch.setattr(fetching, "Apt", None)  # to call it would fail
    fetch(PART, tmp_path, MIRROR, progress)


def test_a_part_of_other_packages_takes_its_place(tmp_path: Path, progress: FetchProgress) -> None:
    fetch(Part("tools", "sid", ("older",)), tmp_path, MIRROR, progress)
    (tmp_path / "tools" / "old").touch()
    shutil.rmtree(tmp_path / "apt")
    fetch(PART, tmp_path, MIRROR, progress)
    assert is_fetched(PART, tmp_path)
    assert not (tmp_path / "tools" / "old").exists()


def test_what_an_interrupted_run_left_is_replaced(tmp_path: Path, progress: FetchProgress) -> None:
    (tmp_path / "tools.new" / "usr" / "lib").mkdir(parents=True)
    fetch(PART, tmp_path, MIRROR, progress)
    assert is_fetched(PART, tmp_path)


def test_a_full_disk_is_told_before_the_download(
    tmp_path: Path, progress: FetchProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    with pytest.raises(FetchError, match="MB of free disk"):
        fetch(PART, tmp_path, MIRROR, progress)
    assert not (tmp_path / "tools").exists()


@pytest.mark.parametrize("version", ["1:22.10.0~dfsg-1", "1:22.9.9-1", "1:20.99.0-1", "git-2026"])
def test_an_asterisk_with_known_holes_is_refused(version: str) -> None:
    with pytest.raises(FetchError, match=r"22\.10\.1 or newer is needed"):
        refuse_old_asterisk([Deb("asterisk", version, "a.deb", 1)])


@pytest.mark.parametrize("version", ["1:22.10.1+dfsg+~cs6-1", "1:22.11.0-1", "23.0.0"])
def test_a_mended_asterisk_is_taken(version: str) -> None:
    refuse_old_asterisk([Deb("asterisk", version, "a.deb", 1)])


def test_tests_alone_need_the_load_generator() -> None:
    needed = {part.name for part in parts_of("trixie", tests=False)}
    assert {part.name for part in parts_of("trixie", tests=True)} - needed == {"tests"}


def test_a_second_fetch_waits_for_the_first(tmp_path: Path) -> None:
    parts = tmp_path / ("long" * 30)
    parts.mkdir()
    with (parts / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, "-m", "ari_app.standalone.fetch"],
            env={"DUUDLAGA_PARTS": str(parts), "DUUDLAGA_MIRROR": "file:/nowhere"},
            stderr=subprocess.PIPE,
            text=True,
        )
        with second:
            assert second.stderr
            assert second.stderr.readline() == f"Another fetch works in {parts}: waiting for it.\n"
            assert second.poll() is None
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert "cannot read the package list" in second.stderr.read()
    assert second.returncode == 1


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-m", "ari_app.standalone.fetch"],
        env={"DUUDLAGA_PARTS": str(tmp_path / "file" / "parts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "DUUDLAGA_PARTS" in done.stderr
    assert "Traceback" not in done.stderr
