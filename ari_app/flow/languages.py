"""The languages of the house, and which of them a client's callers can come to hear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ari_app.flow.grammars import GRAMMARS
from ari_app.flow.said import Said

LANGUAGES = tuple(GRAMMARS)
"""Every language that has standard prompts, a grammar and a voice; the first is the house's own."""


def unspoken(language: str) -> Said:
    """Say that callers cannot be spoken to in this language."""
    return Said("the house does not speak {language}; it speaks {known}",
                language=language, known=", ".join(LANGUAGES))  # fmt: skip


def heard_languages(default: str, flows: Iterable[Any]) -> list[str]:
    """Return the languages that callers of these flows can hear, the client's ``default`` first.

    Broken definitions are passed over: they are somebody else's finding.
    """
    found: list[Any] = [default]
    for definition in flows:
        if not isinstance(definition, dict):
            continue
        found.append(definition.get("language"))
        nodes = definition.get("nodes")
        for node in nodes.values() if isinstance(nodes, dict) else ():
            if isinstance(node, dict) and node.get("type") == "language":
                choices = node.get("choices")
                found += choices.values() if isinstance(choices, dict) else ()
                found.append(node.get("language"))
    return list(dict.fromkeys(each for each in found if isinstance(each, str) and each))
