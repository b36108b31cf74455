"""Sounds that stand for prompts which no document names any more: callers must not hear them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from ari_app.media.prompts import forget

if TYPE_CHECKING:
    from pathlib import Path

    from ari_app.places import Places


def leftover_sounds(
    places: Places, clients: Iterable[str], named: Collection[tuple[str, str, str]]
) -> list[Path]:
    """Return the sounds of these clients that are not ``named`` as (client, prompt, language)."""
    return sorted(
        file
        for client in clients
        for file in (places.client_prompts / client).glob("*/*.wav")
        if (client, file.stem, file.parent.name) not in named
    )


def lay_aside(places: Places, sounds: Iterable[Path]) -> None:
    """Move sounds where nobody hears them, since a person may have recorded them."""
    for sound in sounds:
        target = places.removed_prompts / sound.relative_to(places.client_prompts)
        target.parent.mkdir(parents=True, exist_ok=True)
        sound.replace(target)
    forget()
