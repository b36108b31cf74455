"""A disk that is full of recordings: whoever talks goes on talking."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ari_app.standalone.outside import OutsideCall
from tests.call.house import House, eventually

pytestmark = pytest.mark.real

DISK_BYTES = 48_000
"""The first quarter of a second of a talk."""


@contextmanager
def full_disk(folder: Path, pid: int) -> Iterator[Path]:
    """Let a very small disk stand in for this folder, as process ``pid`` sees it; give the disk.

    It is mounted, so only root can.
    """
    owner = folder.parent.stat()
    options = f"size={DISK_BYTES},uid={owner.st_uid},gid={owner.st_gid},mode=0755"
    there = ["nsenter", "--mount", f"--target={pid}"]
    mounted = subprocess.run(
        [*there, "mount", "-t", "tmpfs", "-o", options, "none", folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield Path(f"/proc/{pid}/root{folder}")
    finally:
        subprocess.run([*there, "umount", "--lazy", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
async def test_the_talk_goes_on_when_the_disk_is_full(house: House) -> None:
    folder = house.settings.monitor / "quick"
    folder.mkdir(exist_ok=True)
    asterisk = house.process("asterisk").pid
    assert asterisk is not None
    with full_disk(folder, asterisk) as disk:
        async with OutsideCall.place(
            house.settings, "97670119999", "99000041", press="w0", hang_up_after=8
        ) as call:
            await call.wait_for("hung_up", 30)
        assert sum(file.stat().st_size for file in disk.iterdir()) > DISK_BYTES / 2
    row = house.call_from("99000041")
    assert (row.outcome, row.ended_by) == ("answered", "caller")
    assert row.talk_seconds > 3
    eventually(lambda: len(house.ready_agents()) == 3, 20, "the agent is free again")
