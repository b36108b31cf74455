"""What apt, kept to a folder of its own, says and refuses."""

import os
import subprocess
from pathlib import Path

import pytest

from ari_app.fetch_error import FetchError
from ari_app.standalone.apt import Apt, Deb
from ari_app.standalone.mirror import Mirror


def test_an_unreachable_mirror_is_named(tmp_path: Path) -> None:
    apt = Apt(tmp_path / "apt", Mirror("http://127.0.0.1:9/debian", ()), "sid")
    configuration = tmp_path / "apt" / "apt.conf"
    configuration.write_text(configuration.read_text() + 'Acquire::Retries "0";\n')
    with pytest.raises(FetchError, match=r"sid from http://127\.0\.0\.1:9/debian: .*9"):
        apt.update()


def test_an_archive_without_a_signature_is_refused(tmp_path: Path) -> None:
    index = tmp_path / "archive" / "dists" / "sid" / "main" / f"binary-{_architecture()}"
    index.mkdir(parents=True)
    (index / "Packages").touch()
    (tmp_path / "archive" / "dists" / "sid" / "Release").write_text("Suite: sid\n")
    apt = Apt(tmp_path / "apt", Mirror(f"file:{tmp_path}/archive", ()), "sid")
    with pytest.raises(FetchError, match="not signed"):
        apt.update()


def test_a_package_that_no_archive_has_is_named(tmp_path: Path) -> None:
    apt = Apt(tmp_path / "apt", Mirror(f"file:{tmp_path}/archive", ()), "sid")
    with pytest.raises(FetchError, match="cannot resolve nonesuch in sid"):
        apt.closure(["nonesuch"])


def test_a_folder_with_a_space_in_its_name_serves(tmp_path: Path) -> None:
    apt = Apt(tmp_path / "a folder" / "apt", Mirror("file:/nowhere", ()), "sid")
    assert apt.closure([]) == []


def test_progress_counts_whole_files_and_parts_of_files(tmp_path: Path) -> None:
    apt = Apt(tmp_path, Mirror("file:/nowhere", ()), "sid")
    (apt.archives / "a_1_all.deb").write_bytes(b"12345")
    (apt.archives / "partial" / "b_1_all.deb").write_bytes(b"123")
    (apt.archives / "stale_1_all.deb").write_bytes(b"1234567")
    debs = [Deb(name, "1", f"{name}_1_all.deb", 9) for name in "abc"]
    assert apt.downloaded(debs) == 8


def test_nothing_is_written_outside_its_folder(tmp_path: Path) -> None:
    apt = Apt(tmp_path / "apt", Mirror("file:/nowhere", ()), "sid")
    apt.closure([])
    assert os.listdir(tmp_path) == ["apt"]  # noqa: PTH208


def _architecture() -> str:
    return subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
