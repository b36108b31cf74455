"""Faults of Postgres, Redis, the shipper, the recorder and their disks."""

from __future__ import annotations

import asyncio
import os
import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg2

from ari_app.standalone.redis import client
from ari_app.store.roles import WRITER
from tests.fault.deeds import kill, resume, stop
from tests.fault.drill import Fault
from tests.fault.house import FaultHouse
from tests.fault.stage import Stage

_SHIPPER_KILLS = 100
_PAUSE_SECONDS = 30.0
"""Stands for ten minutes: nothing that waits for Postgres gives up after a time."""

_MOST_CONNECTIONS = 200

_taken: list[psycopg2.extensions.connection] = []


async def _take_all_connections(stage: Stage) -> None:
    """Hold every connection, then break the shipper's: there is none left for it."""
    dsn = stage.house.settings.postgres_address(WRITER)
    with suppress(psycopg2.OperationalError):  # there are no more
        while len(_taken) < _MOST_CONNECTIONS:
            _taken.append(psycopg2.connect(dsn))
    with _taken[0].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND application_name NOT IN ('', 'fault')"
        )
    for _ in range(20):
        with suppress(psycopg2.OperationalError):
            _taken.append(psycopg2.connect(dsn))
        await asyncio.sleep(0.02)


async def _give_connections_back(stage: Stage) -> None:
    while _taken:
        _taken.pop().close()


def _let_files_grow(house: FaultHouse, process: str, *, grow: bool) -> None:
    """Stand-in for a full disk that needs no root: no file of the process's may grow.

    Writing fails with EFBIG instead of ENOSPC, and SIGXFSZ is ignored by Postgres and Python.
    """
    # Only the account of a process may do that to it, root without all its rights may not.
    owner = house.settings.home.stat()
    account = f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}"
    as_account = ["setpriv", *account, "--clear-groups", "--"]
    limit = "--fsize=unlimited" if grow else "--fsize=0:unlimited"
    for pid in _family(house.pid(process)):
        command = [*(as_account if os.geteuid() == 0 else []), "prlimit", f"--pid={pid}", limit]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not Path(f"/proc/{pid}").exists(), done.stderr


def _family(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *(each for child in children for each in _family(int(child)))]
    return []


async def _postgres_disk_full(stage: Stage) -> None:
    _let_files_grow(stage.house, "postgres", grow=False)


async def _postgres_disk_free(stage: Stage) -> None:
    _let_files_grow(stage.house, "postgres", grow=True)


async def _recorder_disk_full(stage: Stage) -> None:
    _let_files_grow(stage.house, "recorder", grow=False)


async def _recorder_disk_free(stage: Stage) -> None:
    _let_files_grow(stage.house, "recorder", grow=True)


async def _journal_disk_full(stage: Stage) -> None:
    _let_files_grow(stage.house, "controller", grow=False)


async def _journal_disk_free(stage: Stage) -> None:
    _let_files_grow(stage.house, "controller", grow=True)


async def _flush(stage: Stage) -> None:
    with client(stage.house.settings) as redis:
        redis.flushall()


async def _kill_shipper_in_a_loop(stage: Stage) -> None:
    for _ in range(_SHIPPER_KILLS):
        with suppress(RuntimeError):  # between two lives
            stage.house.kill("shipper")
        await asyncio.sleep(0.25)


FAULTS = [
    Fault("postgres-killed", "kill -9 of Postgres", kill("postgres"), seconds=1.0),
    Fault(
        "postgres-stopped",
        f"Postgres hangs for {_PAUSE_SECONDS:.0f} s, standing for ten minutes",
        stop("postgres"),
        resume("postgres"),
        healed_by="SIGCONT",
        seconds=_PAUSE_SECONDS,
    ),
    Fault(
        "postgres-no-connections",
        "every connection of Postgres is taken, and the shipper's broken",
        _take_all_connections,
        _give_connections_back,
        healed_by="the connections are given back",
        seconds=6.0,
    ),
    Fault(
        "postgres-disk-full",
        "no file of Postgres's can grow (a stand-in for a full disk)",
        _postgres_disk_full,
        _postgres_disk_free,
        healed_by="files can grow again",
        seconds=6.0,
    ),
    Fault("redis-killed", "kill -9 of Redis", kill("redis"), seconds=1.0),
    Fault("redis-flushed", "FLUSHALL in Redis", _flush, healed_by="the controller"),
    Fault(
        "redis-stopped",
        "Redis hangs for 10 s",
        stop("redis"),
        resume("redis"),
        healed_by="SIGCONT",
        seconds=10.0,
    ),
    Fault(
        "shipper-killed-in-a-loop",
        f"kill -9 of the shipper {_SHIPPER_KILLS} times",
        _kill_shipper_in_a_loop,
        seconds=0.0,
    ),
    Fault("recorder-killed", "kill -9 of the recorder", kill("recorder"), seconds=0.0),
    Fault(
        "journal-disk-full",
        "no file of the controller's can grow: no turn can be saved",
        _journal_disk_full,
        _journal_disk_free,
        healed_by="files can grow again",
        seconds=6.0,
    ),
    Fault(
        "recordings-disk-full",
        "no file of the recorder's can grow",
        _recorder_disk_full,
        _recorder_disk_free,
        healed_by="files can grow again",
        seconds=6.0,
    ),
]
