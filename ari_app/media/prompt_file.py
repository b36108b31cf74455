"""Where prompts lie under the home folder. Every name is checked: no path from hostile text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ari_app.flow.said import Said
from ari_app.flow.slug import SLUG
from ari_app.media.media_error import MediaError

if TYPE_CHECKING:
    from pathlib import Path

_PATH = re.compile(rf"{SLUG.pattern}(/{SLUG.pattern}){{0,3}}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def client_prompt(home: Path, client: str, language: str, slug: str) -> Path:
    """Return the file of a client's own prompt; :class:`MediaError` for a name that is no slug."""
    if not (SLUG.fullmatch(client) and _LANGUAGE.fullmatch(language) and SLUG.fullmatch(slug)):
        raise MediaError(
            Said(
                "Prompt {slug!r} ({language!r}) of client {client!r} is badly named.",
                slug=slug,
                language=language,
                client=client,
            )
        )
    return home / "prompts" / "clients" / client / language / f"{slug}.wav"


def standard_prompt(home: Path, language: str, path: str) -> Path:
    """Return the file of a standard prompt; :class:`MediaError` for a path that is none."""
    if not (_LANGUAGE.fullmatch(language) and _PATH.fullmatch(path)):
        raise MediaError(
            Said(
                "Standard prompt {path!r} ({language!r}) is badly named.",
                path=path,
                language=language,
            )
        )
    return home / "prompts" / "standard" / language / f"{path}.wav"
