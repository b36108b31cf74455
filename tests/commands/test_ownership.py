"""What root imports into a running house can be read and replaced by the house itself."""

import os
from pathlib import Path

import pytest

from ari_app.standalone.account import give_back

_NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files that are not its own")
def test_what_root_wrote_belongs_to_the_homes_account(home: Path) -> None:
    home.mkdir()
    os.chown(home, _NOBODY, _NOBODY)
    (home / "snapshot").mkdir()
    give_back(home)
    assert (home / "snapshot").stat().st_uid == _NOBODY


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has homes of root")
def test_a_home_that_never_ran_stays_as_it_is(home: Path) -> None:
    home.mkdir()
    give_back(home)
    assert home.stat().st_uid == 0
