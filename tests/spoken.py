"""The prompts that the first house of a test run speaks, given to all houses after it.

Speaking is most of a house's first start, and tests of their own look after it (tests/media).
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path


def give(home: Path) -> None:
    """Let a house that has not begun yet find what an earlier one has spoken, if there was one."""
    if (_kept() / "prompts").exists():
        shutil.copytree(_kept() / "prompts", home / "prompts", dirs_exist_ok=True)


def keep(home: Path) -> None:
    """Keep what the first house has spoken: the standard prompts, and those of the demo."""
    if not (_kept() / "prompts").exists():
        shutil.copytree(home / "prompts", _kept() / "prompts")


def _kept() -> Path:
    return Path(_folder().name)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="duudlaga-spoken-")
