"""A project that root keeps in a folder of its own, such as /root, seen by another account.

Asterisk takes all rights from the programs that it starts (ast_safe_fork, 22.10.1), so a right to
pass through closed folders, inherited from process to process, does not reach the fallback.
Instead, in a mount namespace of our own (mount_namespaces(7)), an open and empty folder lies over
the closed one, and in it only what is needed. Nothing changes for anybody else.
"""

import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path


def topmost_closed(path: Path) -> Path | None:
    """The first folder on the way to ``path`` that others may not pass through."""
    ways = reversed(path.parents)
    return next((folder for folder in ways if not folder.stat().st_mode & 0o001), None)


def opened(paths: Iterable[Path]) -> list[str]:
    """Return what root puts before a command whose process is to reach these paths as anybody.

    Empty when every path is open, and when this machine lets nobody make a namespace, as in some
    containers.
    """
    inside: dict[Path, list[Path]] = {}
    for path in sorted({path.resolve() for path in paths if path.exists()}):
        top = topmost_closed(path)
        if top is not None and not any(path.is_relative_to(p) for p in inside.get(top, ())):
            inside.setdefault(top, []).append(path)
    if not inside or not may_make_namespaces():
        return []
    lines = [line for top, needed in inside.items() for line in _open(top, needed)]
    # The folder in which we are is the one below; its name now leads to what lies over it.
    script = "\n".join([*lines, 'cd "$PWD" 2>/dev/null || cd /', 'exec "$@"'])
    return [*_NAMESPACE, "sh", "-ec", script, "sh"]


# Slave: a disk that is mounted later, say for recordings, is seen here too; ours not there.
_NAMESPACE = ("unshare", "--mount", "--propagation=slave", "--")


def may_make_namespaces() -> bool:
    """Return whether this machine lets us: not every container does."""
    return subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def _open(top: Path, needed: Iterable[Path]) -> list[str]:
    lines = ["room=$(mktemp -d)", 'mount -t tmpfs -o mode=755,size=1m duudlaga "$room"']
    for path in needed:
        place = f'"$room"/{shlex.quote(str(path.relative_to(top)))}'
        folder = place if path.is_dir() else f'"$(dirname {place})"'
        lines.append(f"mkdir -p {folder}")
        if not path.is_dir():
            lines.append(f"touch {place}")
        lines.append(f"mount --rbind {shlex.quote(str(path))} {place}")
    return [*lines, f'mount --move "$room" {shlex.quote(str(top))}', 'rmdir "$room"']
