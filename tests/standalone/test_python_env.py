"""The lock and the virtual environment made from it."""

import re
from pathlib import Path

import pytest

from ari_app.standalone.python_env import REPOSITORY, PythonEnvironmentError, locked_entry

LOCK = (REPOSITORY / "requirements.lock").read_text()


def test_every_library_is_pinned_with_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 40
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_no_host_and_no_folder_stands_in_the_lock() -> None:
    assert not re.search(r"://|^-|^\s*--(?!hash)|find-links|index-url| @ ", LOCK, re.MULTILINE)


def test_whatever_is_asked_for_is_locked() -> None:
    asked = (REPOSITORY / "requirements.in").read_text()
    names = re.findall(r"^([A-Za-z0-9-]+)", asked, re.MULTILINE)
    assert len(names) > 20
    for name in names:
        assert locked_entry(LOCK, name.lower()), name


def test_one_entry_ends_before_the_next(tmp_path: Path) -> None:
    lock = "a==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\nb==2 \\\n    --hash=sha256:3\n"
    assert locked_entry(lock, "a") == lock.partition("b==2")[0]


def test_a_library_missing_in_the_lock_is_named() -> None:
    with pytest.raises(PythonEnvironmentError, match="does not name setuptools"):
        locked_entry("six==1\n", "setuptools")
