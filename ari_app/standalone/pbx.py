"""One copy of Asterisk: its folders, its configuration, and how it is started and asked."""

import hashlib
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.flow.said import Said
from ari_app.parts import asterisk_command
from ari_app.places import REPOSITORY
from ari_app.standalone.service_error import ServiceError
from ari_app.standalone.templates import render_folder

TEMPLATES = REPOSITORY / "asterisk_conf"
# Sounds and built-in documentation, without which some modules refuse their options.
_SHARED = {
    "sounds/en": "sounds/en_US_f_Allison",
    "documentation": "documentation",
    "rest-api": "rest-api",
}


@dataclass(frozen=True)
class Pbx:
    """`values` are the words of the templates beside those that every copy has."""

    name: str
    parts: Path
    etc: Path
    state: Path
    log: Path
    templates: Sequence[Path]
    values: Mapping[str, object]

    def prepare(self) -> None:
        """Make the folders and write the configuration; what is there already stays."""
        for folder in ("varlib", "cache", "spool/recording", "run", "data/sounds"):
            (self.state / folder).mkdir(parents=True, exist_ok=True)
        self.log.mkdir(parents=True, exist_ok=True)
        share = self._root / "usr/share/asterisk"
        for here, there in _SHARED.items():
            link = self.state / "data" / here
            link.unlink(missing_ok=True)
            link.symlink_to(share / there)
        render_folder(self.templates, self.etc, {**self._own_values(), **self.values})

    def command(self, *arguments: str) -> list[str]:
        """The argument list that starts it in the foreground, or with `-rx` asks a running one."""
        configuration = self.etc / "asterisk.conf"
        return asterisk_command(self.parts, "-C", configuration, *(arguments or ("-f",)))

    def ask(self, line: str, seconds: float = 10) -> str:
        """What Asterisk's own console answers to `line`; `ServiceError` when it does not run."""
        try:
            done = subprocess.run(
                self.command("-rx", line),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ServiceError(
                Said(
                    "{program} does not answer {line!r} within {seconds:g} s: see {log}.",
                    program=self.name,
                    line=line,
                    seconds=seconds,
                    log=self.log,
                )
            ) from error
        if done.returncode:
            raise ServiceError(
                Said(
                    "{program} cannot be asked {line!r}: {words}",
                    program=self.name,
                    line=line,
                    words=(done.stderr or done.stdout).strip(),
                )
            )
        return done.stdout

    def tell_version(self) -> str:
        """The version of the program, such as `Asterisk 22.10.1+dfsg`; it need not run."""
        command = asterisk_command(self.parts, "-V")
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        return (done.stdout or done.stderr).strip()

    @property
    def _root(self) -> Path:
        return self.parts / "asterisk"

    def _own_values(self) -> dict[str, object]:
        modules = sorted(self._root.glob("usr/lib/*/asterisk/modules"))
        if not modules:
            raise ServiceError(
                Said("{root} holds no Asterisk modules: run make fetch.", root=self._root)
            )
        return {
            "etc": self.etc,
            "state": self.state,
            "log": self.log,
            "log_name": f"{self.name}.log",
            "modules": modules[-1],
            "agi": REPOSITORY / "agi_scripts",
            "entity_id": _entity_id(self.state),
        }


def _entity_id(state: Path) -> str:
    """A locally administered MAC address, which is the form that Asterisk wants (02:…)."""
    digest = hashlib.sha256(bytes(state)).digest()
    return ":".join(["02", *(f"{byte:02x}" for byte in digest[:5])])
