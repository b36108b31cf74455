"""A temporary Postgres for tests: its own folder, a Unix socket only, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from ari_app.parts import postgres_share, release_program
from ari_app.standalone.account import as_account
from ari_app.store.migrate import migrate
from ari_app.store.roles import OWNER, ROLES, prepare_server

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARTS = Path(os.environ.get("DUUDLAGA_PARTS", Path(__file__).resolve().parents[2] / ".parts"))
_NOBODY = 65534
_SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")


@dataclass
class PostgresServer:
    """A running server with a migrated template database."""

    directory: Path = field(
        default_factory=lambda: Path(tempfile.mkdtemp(prefix="duudlaga-pg-", dir="/tmp"))
    )
    process: subprocess.Popen[bytes] | None = None
    databases: int = 0

    def create(self) -> None:
        """Make the cluster, start it and prepare the template database."""
        if os.geteuid() == 0:  # Postgres refuses to run as root
            os.chown(self.directory, _NOBODY, _NOBODY)
        share = ["-L", str(postgres_share(_PARTS))]
        self._run(
            "initdb", *share, "-D", self._data, "-U", "postgres", "-A", "trust", "--no-sync",
            "-E", "UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        self.start()
        superuser = psycopg2.connect(self.dsn("postgres", "postgres"))
        try:
            prepare_server(superuser, dict.fromkeys(ROLES, "test"), "template_duudlaga")
        finally:
            superuser.close()
        owner = psycopg2.connect(self.dsn(OWNER, "template_duudlaga"))
        try:
            migrate(owner)
        finally:
            owner.close()

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        options = [f"-c{option}" for option in _SPEED]
        command = self._command(
            "postgres", "-D", self._data, "-k", str(self.directory), "-clisten_addresses=", *options
        )
        log = (self.directory / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self._environment(), cwd="/"
            )
        deadline = time.monotonic() + 20
        while True:
            try:
                psycopg2.connect(self.dsn("postgres", "postgres")).close()
            except psycopg2.OperationalError:
                assert time.monotonic() < deadline, (self.directory / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop it as an administrator would in a hurry: connections are cut."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        self.process = None

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        if self.process is not None:
            self.stop()
        shutil.rmtree(self.directory)

    def dsn(self, role: str, database: str) -> str:
        """How to connect as ``role``."""
        return f"host={self.directory} user={role} dbname={database}"

    def new_database(self) -> str:
        """Make a database with all tables and no rows; return its name."""
        self.databases += 1
        name = f"test_{self.databases}"
        self._superuser(f"CREATE DATABASE {name} TEMPLATE template_duudlaga OWNER {OWNER}")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._superuser(f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def _data(self) -> str:
        return str(self.directory / "data")

    def _superuser(self, statement: str) -> None:
        connection = psycopg2.connect(self.dsn("postgres", "postgres"))
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _environment(self) -> dict[str, str]:
        return release_program(_PARTS, "postgres").environment()

    def _command(self, name: str, *arguments: str) -> Sequence[str]:
        command = release_program(_PARTS, name).command(*arguments)
        if os.geteuid() != 0:
            return command
        return [*as_account(pwd.getpwuid(_NOBODY), _PARTS), *command]

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            self._command(name, *arguments),
            env=self._environment(), capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
