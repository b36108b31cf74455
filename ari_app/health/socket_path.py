"""Where a process answers."""

from pathlib import Path


def health_socket(run: Path, process: str) -> Path:
    """The socket of ``process``; ``run`` is the home's folder of sockets."""
    return run / f"{process}.health"
