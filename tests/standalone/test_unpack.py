"""Packages that dpkg-deb makes here are unpacked into a root."""

import subprocess
from pathlib import Path

import pytest

from ari_app.fetch_error import FetchError
from ari_app.standalone.unpack import unpack


def build(folder: Path, name: str, files: dict[str, int]) -> Path:
    """A package of files, each given with its mode."""
    tree = folder / name
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: x <x@test>\nDescription: x\n"
    )
    for path, mode in files.items():
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        file.chmod(mode)
    deb = folder / f"{name}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", tree, deb], check=True, capture_output=True
    )
    return deb


def test_files_of_lib_and_usr_lib_meet_in_one_folder(tmp_path: Path) -> None:
    old = build(tmp_path, "old", {"lib/one.so": 0o644})
    new = build(tmp_path, "new", {"usr/lib/two.so": 0o644})
    assert list(unpack([old, new], tmp_path / "root")) == [old, new]
    assert {file.name for file in (tmp_path / "root/usr/lib").iterdir()} == {"one.so", "two.so"}
    assert (tmp_path / "root/lib").is_symlink()


def test_no_set_uid_program_comes_out(tmp_path: Path) -> None:
    deb = build(tmp_path, "login", {"usr/bin/su": 0o4755})
    list(unpack([deb], tmp_path / "root"))
    assert (tmp_path / "root/usr/bin/su").stat().st_mode & 0o7777 == 0o755


def test_manuals_are_left_out(tmp_path: Path) -> None:
    deb = build(tmp_path, "tool", {"usr/share/man/man1/tool.1": 0o644, "usr/bin/tool": 0o755})
    list(unpack([deb], tmp_path / "root"))
    assert not (tmp_path / "root/usr/share/man").exists()


def test_a_damaged_package_is_named_and_removed_so_that_the_next_run_fetches_it(
    tmp_path: Path,
) -> None:
    deb = build(tmp_path, "sounds", {"usr/share/sounds/hello.wav": 0o644})
    deb.write_bytes(deb.read_bytes()[:-40])
    with pytest.raises(FetchError, match=r"sounds\.deb cannot be unpacked"):
        list(unpack([deb], tmp_path / "root"))
    assert not deb.exists()
