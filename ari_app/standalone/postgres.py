"""Our own Postgres: a Unix socket only, small, and careful with what it has acknowledged."""

import os
import pwd
import shutil
import signal
import subprocess

import psycopg2

from ari_app.flow.said import Said
from ari_app.parts import postgres_share, release_program
from ari_app.settings import Settings
from ari_app.standalone.service import Service
from ari_app.standalone.service_error import ServiceError

SUPERUSER = "postgres"
_OPTIONS = {
    "listen_addresses": "",
    "synchronous_commit": "on",  # off lost 8 of 18,320 acknowledged rows under kill -9
    "shared_buffers": "64MB",
    "max_connections": "60",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is tiny in containers
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "unix_socket_permissions": "0700",
}


def postgres(settings: Settings) -> Service:
    """The service; `superuser_dsn` connects to it once it is ready."""
    program = release_program(settings.parts, "postgres")
    options = [f"-c{name}={value}" for name, value in _OPTIONS.items()]
    return Service(
        name="postgres",
        command=program.command("-D", settings.postgres_state, "-k", settings.run, *options),
        environment=program.variables,
        prepare=lambda: _prepare(settings),
        is_ready=lambda: _answers(settings),
        stop_signal=signal.SIGINT,  # "fast": does not wait for clients to leave
        stop_seconds=20,
        addresses={"Postgres": f"host={settings.run} dbname=duudlaga"},
    )


def superuser_dsn(settings: Settings, database: str = "postgres") -> str:
    """How the account that runs everything connects as superuser: without a password, by peer."""
    folder = str(settings.run).replace("\\", r"\\").replace("'", r"\'")
    return f"host='{folder}' user={SUPERUSER} dbname={database}"


def _prepare(settings: Settings) -> None:
    """Make the cluster at first start; say each time who may connect."""
    state = settings.postgres_state
    if not (state / "PG_VERSION").exists():
        _initdb(settings)
    account = pwd.getpwuid(os.geteuid()).pw_name
    (state / "pg_ident.conf").write_text(f'house "{account}" {SUPERUSER}\n')
    (state / "pg_hba.conf").write_text(
        f"local all {SUPERUSER} peer map=house\nlocal all all scram-sha-256\n"
    )


def _initdb(settings: Settings) -> None:
    """Make the cluster beside its place and move it there whole, so that none is half made."""
    new = settings.postgres_state.with_name("postgres.new")
    if new.exists():  # an earlier start was interrupted
        shutil.rmtree(new)
    program = release_program(settings.parts, "initdb")
    share = postgres_share(settings.parts)
    done = subprocess.run(
        program.command(
            *("-D", new, "-L", share, "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8"),
            *("--auth-local=peer", "--auth-host=reject"),
        ),
        env=program.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServiceError(
            Said("Postgres's initdb cannot make {new}: {words}", new=new, words=done.stderr.strip())
        )
    new.rename(settings.postgres_state)


def _answers(settings: Settings) -> bool:
    try:
        psycopg2.connect(superuser_dsn(settings), connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True
