"""Checks of the machine: its name, its disk, its clock, its user, the copy's processes."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable

from ari_app.flow.said import Said
from ari_app.settings import Settings
from ari_app.standalone.finding import Finding
from ari_app.standalone.status import status

_LITTLE_DISK_BYTES = 5 * 2**30  # a day of recordings of a small house
_FULL_DISK_BYTES = 500 * 2**20
_SLOW_NAME_SECONDS = 0.5
_YEAR_OF_RELEASE = 1_767_225_600  # 2026-01-01 in Unix seconds


def host_name(_settings: Settings) -> Finding:
    """Asterisk asks for the machine's own name in every SDP answer.

    Where that goes to a name server that does not know it, each call waits some 10 s (22.10.1).
    """
    name = socket.gethostname()
    began = time.monotonic()
    try:
        address = socket.gethostbyname(name)
    except OSError:
        return Finding(
            "host name",
            "bad",
            Said(
                "{name} does not resolve: every call would wait about 10 s for its answer.",
                name=name,
            ),
            Said("Add the line '{line}' to /etc/hosts.", line=f"127.0.1.1 {name}"),
        )
    seconds = time.monotonic() - began
    if seconds > _SLOW_NAME_SECONDS:
        return Finding(
            "host name",
            "bad",
            Said(
                "{name} took {seconds:.1f} s to resolve, and every call waits for it.",
                name=name,
                seconds=seconds,
            ),
            Said("Add the line '{line}' to /etc/hosts.", line=f"{address} {name}"),
        )
    return Finding("host name", "ok", f"{name} = {address}")


def disk(settings: Settings) -> Finding:
    """Recordings, journal and databases share the home's disk."""
    free = shutil.disk_usage(settings.home).free
    fact = Said("{free:.1f} GB free in {home}", free=free / 2**30, home=settings.home)
    if free > _LITTLE_DISK_BYTES:
        return Finding("disk", "ok", fact)
    if free > _FULL_DISK_BYTES:
        return Finding("disk", "warn", fact, Said("Make room soon: recordings would be lost."))
    return Finding("disk", "bad", fact, Said("Make room: recordings would be lost."))


def clock(_settings: Settings) -> Finding:
    """A clock that jumps spoils waits, hours and reports."""
    if time.time() < _YEAR_OF_RELEASE:
        return Finding("clock", "bad", _now(), Said("Set the machine's clock."))
    if not shutil.which("timedatectl"):
        return Finding("clock", "ok", _now())
    done = subprocess.run(
        ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        timeout=5,
        check=False,
    )
    if done.stdout.strip() == "no":
        fact = Said("nothing keeps the clock right")
        return Finding("clock", "warn", fact, "timedatectl set-ntp true")
    return Finding("clock", "ok", _now())


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S %Z")


def user(settings: Settings) -> Finding:
    """Root steps down to the account that owns the home."""
    owner = settings.home.stat().st_uid
    if owner == 0:
        advice = Said("Start once with `duudlaga up`.")
        return Finding("user", "warn", Said("the home belongs to root"), advice)
    if os.geteuid() not in (0, owner):
        return Finding(
            "user",
            "bad",
            Said("{home} belongs to user {owner}, not to you", home=settings.home, owner=owner),
            Said("Use the account that started it."),
        )
    return Finding("user", "ok", Said("everything runs as user {owner}", owner=owner))


def processes(settings: Settings) -> Finding:
    """What the supervisor says."""
    now = status(settings)
    if now.phase != "running":
        advice = Said("Start it with `duudlaga up`.")
        if now.failure:
            fact = Said("this copy does not run: {failure}", failure=now.failure)
            return Finding("processes", "bad", fact, advice)
        starting = now.phase == "starting"
        fact = Said("this copy is starting") if starting else Said("this copy does not run")
        return Finding("processes", "bad", fact, advice)
    ill = [line.name for line in now.processes if line.health != "ready"]
    if ill:
        logs = ", ".join(str(settings.log / f"{name}.log") for name in ill)
        fact = Said("not ready: {names}", names=", ".join(ill))
        return Finding("processes", "bad", fact, Said("See {log}.", log=logs))
    often = [f"{line.name} {line.restarts}×" for line in now.processes if line.restarts]
    if often:
        fact = Said("started again: {names}", names=", ".join(often))
        return Finding("processes", "warn", fact, Said("See {log}.", log=settings.log))
    return Finding("processes", "ok", Said("{count} run", count=len(now.processes)))


MACHINE_CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "host name": host_name,
    "disk": disk,
    "clock": clock,
    "user": user,
    "processes": processes,
}
