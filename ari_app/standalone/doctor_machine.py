"""Checks of the machine: its name, its disk, its clock, its user, the copy's processes."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable

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
            f"{name} does not resolve: every call would wait about 10 s for its answer.",
            f"Add the line '127.0.1.1 {name}' to /etc/hosts.",
        )
    seconds = time.monotonic() - began
    if seconds > _SLOW_NAME_SECONDS:
        return Finding(
            "host name",
            "bad",
            f"{name} took {seconds:.1f} s to resolve, and every call waits for it.",
            f"Add the line '{address} {name}' to /etc/hosts.",
        )
    return Finding("host name", "ok", f"{name} is {address}")


def disk(settings: Settings) -> Finding:
    """Recordings, journal and databases share the home's disk."""
    free = shutil.disk_usage(settings.home).free
    fact = f"{free / 2**30:.1f} GB free in {settings.home}"
    if free > _LITTLE_DISK_BYTES:
        return Finding("disk", "ok", fact)
    grade, advice = ("warn", "Make room soon") if free > _FULL_DISK_BYTES else ("bad", "Make room")
    return Finding("disk", grade, fact, f"{advice}: recordings would be lost.")  # type: ignore[arg-type]


def clock(_settings: Settings) -> Finding:
    """A clock that jumps spoils waits, hours and reports."""
    if time.time() < _YEAR_OF_RELEASE:
        return Finding("clock", "bad", f"it is {time.ctime()} here", "Set the machine's clock.")
    if not shutil.which("timedatectl"):
        return Finding("clock", "ok", time.ctime())
    done = subprocess.run(
        ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        timeout=5,
        check=False,
    )
    if done.stdout.strip() == "no":
        return Finding("clock", "warn", "nothing keeps the clock right", "timedatectl set-ntp true")
    return Finding("clock", "ok", time.ctime())


def user(settings: Settings) -> Finding:
    """Root steps down to the account that owns the home."""
    owner = settings.home.stat().st_uid
    if owner == 0:
        return Finding("user", "warn", "the home belongs to root", "Start once with duudlaga up.")
    if os.geteuid() not in (0, owner):
        return Finding(
            "user",
            "bad",
            f"{settings.home} belongs to user {owner}, not to you",
            "Use the account that started it.",
        )
    return Finding("user", "ok", f"everything runs as user {owner}")


def processes(settings: Settings) -> Finding:
    """What the supervisor says."""
    now = status(settings)
    if now.phase != "running":
        fact = f"this copy is {now.phase}" + (f": {now.failure}" if now.failure else "")
        return Finding("processes", "bad", fact, "Start it with duudlaga up.")
    ill = [line.name for line in now.processes if line.health != "ready"]
    if ill:
        logs = ", ".join(str(settings.log / f"{name}.log") for name in ill)
        return Finding("processes", "bad", f"not ready: {', '.join(ill)}", f"See {logs}.")
    often = [f"{line.name} {line.restarts}×" for line in now.processes if line.restarts]
    if often:
        return Finding("processes", "warn", f"started again: {', '.join(often)}", "See their logs.")
    return Finding("processes", "ok", f"{len(now.processes)} run")


MACHINE_CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "host name": host_name,
    "disk": disk,
    "clock": clock,
    "user": user,
    "processes": processes,
}
