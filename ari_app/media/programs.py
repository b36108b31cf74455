"""The programs that work on sound: ffmpeg and espeak-ng, fetched with the project or installed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from ari_app.flow.said import Said
from ari_app.media.media_error import MediaError
from ari_app.parts import Program, release_program

if TYPE_CHECKING:
    from collections.abc import Sequence


class FfmpegError(MediaError):
    """ffmpeg ended with an error: it cannot read what it got, or not write."""


def find_program(parts: Path, name: str) -> Program:
    """Return the program among the fetched parts, or the machine's own when none were fetched."""
    if (parts / "release").is_dir():
        return release_program(parts, name)
    installed = shutil.which(name)
    if installed is None:
        raise MediaError(
            Said(
                "{name} is neither in {parts} nor installed: run make fetch.",
                name=name,
                parts=parts,
            )
        )
    return Program(Path(installed))


def run_ffmpeg(
    parts: Path, arguments: Sequence[str | Path], timeout_seconds: float, niceness: int = 0
) -> None:
    """Run ffmpeg with these arguments; raise :class:`FfmpegError` with its last words if it fails.

    ``niceness`` 19 lets every other process of the machine go first.
    """
    ffmpeg = find_program(parts, "ffmpeg")
    polite = ["nice", "-n", str(niceness)] if niceness else []
    command = polite + ffmpeg.command(
        "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *arguments
    )
    try:
        done = subprocess.run(
            command,
            env=ffmpeg.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MediaError(
            Said("ffmpeg did not end within {seconds:g} s.", seconds=timeout_seconds)
        ) from error
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise FfmpegError(
            Said(
                "ffmpeg failed: {words}",
                words=words[-1] if words else f"code {done.returncode}",
            )
        )


def mongolian_voice_data() -> Path:
    """Return the folder that holds espeak-ng-data with Mongolian.

    Debian's espeak-ng 1.51 knows no Mongolian; the data inside the wheel ``piper-tts`` does, and
    its format is the same. The package is found but never imported: only its data is used.
    """
    spec = importlib.util.find_spec("piper")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / "espeak-ng-data" / "mn_dict").is_file():
            return Path(folder)
    raise MediaError(Said("No Mongolian voice: the Python package piper-tts is not installed."))
