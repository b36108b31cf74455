"""Root steps down to an ordinary account, which still gets to where root keeps the project."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from ari_app.places import REPOSITORY
from ari_app.standalone.account import as_account

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down")

_WHO_MAY = (
    "import os, sys; print(os.geteuid(), *(os.access(path, os.X_OK) for path in sys.argv[1:]))"
)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program in a folder that is root's alone, as root's own home is."""
    closed = tmp_path / "root"
    closed.mkdir(mode=0o700)
    program = closed / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_a_program_in_a_folder_of_roots_own_is_found_by_who_asks_before_starting_it(
    program: Path,
) -> None:
    account = pwd.getpwuid(65534)
    reach = (program, Path(sys.executable).resolve(), REPOSITORY)
    command = [*as_account(account, *reach), sys.executable, "-c", _WHO_MAY, str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["65534", "True"]
