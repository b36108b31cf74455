"""What runs, as the supervisor writes it into home/run/state.json."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

from ari_app.flow.said import read_again, written
from ari_app.places import Places

Phase = Literal["stopped", "starting", "running", "stopping", "failed"]
Health = Literal["waiting", "starting", "ready", "restarting", "stopped"]


@dataclass(frozen=True)
class ProcessStatus:
    """One process; `since` is when it was last started, in Unix seconds."""

    name: str
    health: Health = "waiting"
    pid: int | None = None
    since: float | None = None
    restarts: int = 0
    addresses: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """Everything of one home. `pid` and `since` are the supervisor's, in Unix seconds."""

    home: str
    phase: Phase = "stopped"
    pid: int | None = None
    since: float | None = None
    step: str | None = None  # what the first start is busy with, between the processes
    failure: str | None = None  # why it could not start, a sentence
    processes: tuple[ProcessStatus, ...] = ()

    def with_process(self, process: ProcessStatus) -> Self:
        """The same with one process's line exchanged."""
        lines = tuple(process if old.name == process.name else old for old in self.processes)
        return replace(self, processes=lines)

    def save(self, file: Path) -> None:
        """Write it at once or not at all."""
        new = file.with_name(f"{file.name}.new")
        fields = asdict(self) | {"failure": written(self.failure)}
        new.write_text(json.dumps(fields, ensure_ascii=False, indent=1) + "\n")
        new.rename(file)


def state_file(places: Places) -> Path:
    """Where the supervisor writes the status."""
    return places.run / "state.json"


def lock_file(places: Places) -> Path:
    """Locked as long as a supervisor lives, however it dies."""
    return places.run / "lock"


def status(places: Places) -> Status:
    """What runs in this home now; all is stopped when no supervisor holds the lock."""
    last = last_status(places)
    is_locked = _is_locked(lock_file(places))
    if last.phase == "stopped" or (is_locked and Path(f"/proc/{last.pid}").exists()):
        return last
    lines = (replace(line, health="stopped", pid=None, since=None) for line in last.processes)
    phase: Phase = "failed" if last.phase == "failed" else "stopped"
    if is_locked:  # by the next supervisor, which first ends what the killed one has left
        phase = "starting"
    return replace(last, phase=phase, pid=None, since=None, step=None, processes=tuple(lines))


def last_status(places: Places) -> Status:
    """What the last supervisor wrote, be it alive or not."""
    return _read(state_file(places)) or Status(str(places.home))


def _read(file: Path) -> Status | None:
    try:
        fields: dict[str, Any] = json.loads(file.read_text())
        lines = tuple(ProcessStatus(**line) for line in fields.pop("processes"))
        fields["failure"] = read_again(fields.get("failure"))
        return Status(**fields, processes=lines)
    except FileNotFoundError:
        return None  # never started
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # damaged, as after a power cut: the next start writes it anew


def _is_locked(file: Path) -> bool:
    try:
        handle = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
