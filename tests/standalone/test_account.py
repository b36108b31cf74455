"""Root steps down to an ordinary account, which still gets to where root keeps the project."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from ari_app.standalone.account import as_account
from ari_app.standalone.closed_folders import may_make_namespaces

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
    command = [*as_account(account, program), sys.executable, "-c", _WHO_MAY, str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["65534", "True"]


@pytest.mark.skipif(not may_make_namespaces(), reason="this machine makes no mount namespaces")
def test_programs_without_any_right_reach_it_too_and_nothing_else_there(program: Path) -> None:
    """As Asterisk starts the fallback."""
    other = program.with_name("other")
    other.write_text("root's own")
    strip = ["setpriv", "--inh-caps=-all", "--ambient-caps=-all", "--", "env"]
    command = [*as_account(pwd.getpwuid(65534), program), *strip, "sh", "-c"]
    done = subprocess.run(
        [*command, f"{program} && echo started; cat {other}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "started\n"
    assert "No such file" in done.stderr
    assert program.parent.stat().st_mode & 0o777 == 0o700, "nobody else notices"
