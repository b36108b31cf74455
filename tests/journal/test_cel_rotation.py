"""Asterisk's own account does not fill the disk, and nothing of it is lost by that."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ari_app.journal.cel_rotation import KEPT_SECONDS, CelRotation
from ari_app.journal.witness import Witness
from ari_app.store.database import Connection
from tests.journal.test_cel_line import as_asterisk_writes

pytestmark = pytest.mark.real


def line(counter: int) -> str:
    """The beginning of a caller's call."""
    return as_asterisk_writes(
        eventtype="CHAN_START",
        eventtime=f"1795000000.{counter:06}",
        num="99112233",
        exten="97670110001",
        context="intake",
        uniqueid=f"duudlaga-1795000000.{counter}",
        linkedid=f"duudlaga-1795000000.{counter}",
    )


@pytest.fixture
def cel(tmp_path: Path) -> Path:
    (tmp_path / "cel.jsonl").write_text(line(1) + line(2))
    return tmp_path / "cel.jsonl"


def test_a_large_file_is_set_aside_and_still_read(cel: Path, writer: Connection) -> None:
    witness = Witness(cel, "node")
    CelRotation(cel, witness, largest_bytes=100).turn(writer)
    cel.write_text(line(3))
    assert witness.read(writer) == 3
    assert len(list(cel.parent.glob("cel.jsonl.*"))) == 1


def test_a_small_file_stays(cel: Path, writer: Connection) -> None:
    CelRotation(cel, Witness(cel, "node")).turn(writer)
    assert list(cel.parent.glob("cel.jsonl*")) == [cel]


def test_an_old_file_goes_only_when_the_history_has_it(cel: Path, writer: Connection) -> None:
    witness = Witness(cel, "node")
    rotation = CelRotation(cel, witness)
    old = cel.rename(cel.with_name("cel.jsonl.20260101T000000"))
    os.utime(old, (0, time.time() - KEPT_SECONDS - 1))
    rotation.turn(writer)
    assert old.exists()
    witness.read(writer)
    rotation.turn(writer)
    assert not old.exists()
