"""The standard prompts: what every client's callers may hear, in each language of the house.

The texts stand in ``texts/<language>.yaml`` as a tree; a path such as ``queue/position`` leads to
one of them. Sounds without words stand in ``texts/signals.yaml``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ari_app.flow.languages import LANGUAGES
from ari_app.media.sound import Sound

TEXTS = Path(__file__).with_name("texts")


@cache
def standard_texts(language: str) -> dict[str, str]:
    """Return path → what is said, for one of :data:`~ari_app.flow.languages.LANGUAGES`."""
    tree = yaml.safe_load((TEXTS / f"{language}.yaml").read_text(encoding="utf-8"))
    return dict(_leaves("", tree))


@cache
def standard_paths() -> frozenset[str]:
    """Return the paths that a flow can name: of texts and of sounds without words."""
    return frozenset({*standard_texts(LANGUAGES[0]), *standard_signals()})


@cache
def standard_signals() -> dict[str, Sound]:
    """Return path → the sound, for beeps and pauses, which are the same in every language."""
    tree = yaml.safe_load((TEXTS / "signals.yaml").read_text(encoding="utf-8"))
    return {
        path: Sound.tones(*((tone["hertz"], tone["milliseconds"] / 1000) for tone in tones))
        for path, tones in tree.items()
    }


def _leaves(prefix: str, tree: dict[str, Any]) -> list[tuple[str, str]]:
    leaves: list[tuple[str, str]] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            leaves += _leaves(f"{prefix}{name}/", value)
        else:
            leaves.append((f"{prefix}{name}", str(value)))
    return leaves
