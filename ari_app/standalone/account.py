"""Who runs everything: never root, because Postgres refuses to and Asterisk had better not."""

import os
import pwd
import sys
from pathlib import Path

from ari_app.flow.said import Said
from ari_app.places import REPOSITORY, Places
from ari_app.standalone.closed_folders import opened, topmost_closed
from ari_app.standalone.service_error import ServiceError

_CANDIDATES = ("duudlaga", "postgres", "nobody")
# Rights to pass through folders closed to others, with their bit in CapBnd (capabilities(7)). The
# second is more than needed, but containers often have only that one.
_PASSAGE = (("dac_read_search", 2), ("dac_override", 1))


def step_down(home: Path) -> None:
    """Started by root: give the home to an ordinary account, and start anew as that account.

    Does nothing for anybody else, and does not return for root.
    """
    if os.geteuid() != 0:
        return
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    account = _account(home)
    _give(home, account)
    command = [
        *as_account(account, home, Places.load().parts),
        sys.executable,
        *sys.orig_argv[1:],
    ]
    environment = {**os.environ, "HOME": str(home), "USER": account.pw_name}
    os.execvpe(command[0], command, environment)  # noqa: S606 - no shell: an argument list


def as_account(account: pwd.struct_passwd, *paths: Path) -> list[str]:
    """Return what root puts before a command to run it as ``account``.

    It reaches ``paths`` and this program with its Python, also where they lie in a folder that is
    root's alone. Raises :class:`ServiceError` when nothing can bring that about.
    """
    needed = (*paths, REPOSITORY, Path(sys.prefix), Path(sys.base_prefix))
    opening = opened(needed)
    rights = [] if opening else _rights_to_pass(*needed)
    capabilities = ",".join(["-all", *(f"+{right}" for right in rights)])
    return [
        *opening,
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        # Or access(2), by which initdb looks for its other half, asks without the right to pass.
        "--securebits=+no_setuid_fixup",
        f"--inh-caps={capabilities}",
        f"--ambient-caps={capabilities}",
        "--",
    ]


def give_back(home: Path) -> None:
    """After root has written into a home: let it belong to the home's account, which goes on."""
    if os.geteuid() == 0 and home.exists() and home.stat().st_uid != 0:
        _give(home, _account(home))


def _account(home: Path) -> pwd.struct_passwd:
    """The account that the home belongs to already, else the first candidate of this machine."""
    owner = home.stat().st_uid
    if owner != 0:
        return pwd.getpwuid(owner)
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue  # not on this machine
    raise ServiceError(
        Said(
            "Root may not run the services, and none of the accounts {names} "
            "exists: make one (useradd duudlaga), or start as an ordinary user.",
            names=", ".join(_CANDIDATES),
        )
    )


def _give(home: Path, account: pwd.struct_passwd) -> None:
    """Whatever root made in the home becomes the account's. Links are not followed."""
    for folder, folders, files in os.walk(home):
        for name in (".", *folders, *files):
            path = Path(folder, name)
            if path.lstat().st_uid != account.pw_uid:
                os.lchown(path, account.pw_uid, account.pw_gid)


def _rights_to_pass(*paths: Path) -> list[str]:
    """The one right needed to reach `paths`, none when everybody may enter their folders."""
    closed = [folder for path in paths if (folder := topmost_closed(path.resolve()))]
    if not closed:
        return []
    lines = Path("/proc/self/status").read_text().splitlines()
    bounds = next(int(line.split()[1], 16) for line in lines if line.startswith("CapBnd:"))
    for right, bit in _PASSAGE:
        if bounds >> bit & 1:
            return [right]
    raise ServiceError(
        Said(
            "{closed} may be entered by root alone, and Duudlaga does not run as "
            "root: move it, or start as the user that owns it.",
            closed=closed[0],
        )
    )
