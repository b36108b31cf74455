"""The program that Asterisk starts for a call without the controller: agi_scripts/fallback.py."""

import os
import pwd
import subprocess
import sys
import sysconfig
from pathlib import Path

import structlog

from ari_app.places import REPOSITORY, Places
from ari_app.standalone.account import as_account

log = structlog.get_logger(__name__)

# Asterisk starts it with an environment of its own, so everything that it needs stands in it. -I
# and -S leave out what a start of Python does not need. SIGHUP, by which Asterisk tells a hang-up,
# would end a Python that is still starting, and the call would miss its end. When many of these
# start at once, Asterisk and a controller that comes back go first. What is being loaded is no
# garbage: not to look for any saves a tenth of the start.
_LAUNCHER = """\
#!{python} -IS
import gc
gc.disable()
import os
import signal
import sys
os.nice(5)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
sys.dont_write_bytecode = sys.argv[1:] != ["check"]
sys.pycache_prefix = {cache!r}
sys.path[:0] = [{repository!r}, {packages!r}]
from agi_scripts.fallback import main
gc.freeze()
gc.enable()
if sys.argv[1:] != ["check"]:
    main({home!r})
"""
_MACHINES_OWN = "/usr/bin/python3"
# Asterisk takes all rights from the programs that it starts (ast_safe_fork, 22.10.1), also the one
# to pass through closed folders, by which our other processes reach a project in root's home.


def launcher(places: Places) -> Path:
    """Where the program is, below the home."""
    return places.home / "etc" / "fallback.agi"


def write_launcher(places: Places) -> bool:
    """Write the program with the first Python that can run it; tell whether there is one.

    Trying it also compiles its modules, so that calls begin quickly. Without a Python that Asterisk
    may start, calls without a controller go to the dialplan's last step: that is logged.
    """
    file = launcher(places)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".new")
    trouble = ""
    for python in (sys.executable, _MACHINES_OWN):
        unfinished.write_text(_text(places, python), encoding="utf-8")
        unfinished.chmod(0o755)
        trouble = trouble_of(unfinished)
        if not trouble:
            break
        log.warning("fallback_cannot_start", python=python, reason=trouble)
    unfinished.rename(file)
    return not trouble


def _text(places: Places, python: str) -> str:
    return _LAUNCHER.format(
        python=python,
        cache=str(places.home / "etc" / "pycache"),
        repository=str(REPOSITORY),
        packages=sysconfig.get_path("purelib"),
        home=str(places.home),
    )


def trouble_of(program: Path) -> str:
    """Start the program as Asterisk would; return what went wrong, empty when nothing did.

    Root asks as the account that Asterisk runs as, which owns the home.
    """
    owner = pwd.getpwuid(program.parent.stat().st_uid)
    done = subprocess.run(
        [
            *(as_account(owner, program.parent) if os.geteuid() == 0 else ()),
            "setpriv",
            "--inh-caps=-all",
            "--ambient-caps=-all",
            "--",
            "env",  # setpriv itself still has those rights when it starts a program
            program,
            "check",
        ],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=60,
    )
    return done.stderr.strip()[-500:] or "it failed without a word" if done.returncode else ""
