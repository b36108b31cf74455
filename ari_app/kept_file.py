"""Small JSON files that are made once and then only read: ports, passwords."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ari_app.settings_error import SettingsError


def kept(path: Path, make: Callable[[], dict[str, Any]], mode: int) -> dict[str, Any]:
    """The object in `path`; the first who asks makes it, and all who ask at once get the same."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # calls and passwords
            _publish(path, make(), mode, os.link)
        return _parsed(path, path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read or made: {error}.") from error


def replace_kept(path: Path, content: dict[str, Any], mode: int) -> None:
    """Put `content` in the place of what `path` holds."""
    try:
        _publish(path, content, mode, os.replace)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}.") from error


def _publish(
    path: Path, content: dict[str, Any], mode: int, place: Callable[[Path, Path], None]
) -> None:
    """Write beside `path`, then put it in place whole; os.link leaves a file that is there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            os.fchmod(file.fileno(), mode)
            file.write(json.dumps(content, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        place(beside, path)
    except FileExistsError:
        return  # another process was quicker: its content stands
    finally:
        beside.unlink(missing_ok=True)


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{path} is not JSON ({error}). {_CURE}") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path} must hold one JSON object. {_CURE}")
    return content


_CURE = "Mend it, or stop this copy and remove the file: it is made anew."
