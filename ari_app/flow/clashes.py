"""Keys that mean two things to a caller, or that callers are told of and that do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ari_app.flow.loaded import Graph, Place
from ari_app.flow.problem import Problem
from ari_app.flow.said import Said

_PASSED_BY_KEYS = ("greeting", "play", "say", "hours")
"""Types in which early keys are kept for what follows; so they are in those left at once."""

_TOLD = {
    "standard:queue/key_callback": "*",
    "standard:voicemail/leave": "#",
    "standard:message/leave": "#",
    "standard:collect/enter": "#",
    "standard:recording/choice": "9",
}
"""Standard prompts that name a key. `callback` plays one more by itself."""
_GO_BACK = "0"


def key_clashes(graph: Graph) -> Iterator[Problem]:
    """Return what callers' keys do to one another between nodes, and beside what is spoken."""
    for slug, place in graph.places.items():
        settings: Any = place.node
        if place.type == "greeting" and settings is not None:
            yield from _refused_by_choosing(graph, slug, place, settings.refuse_recording_key)
        if settings is not None and not settings.flaws():
            yield from _told_in_vain(slug, place, settings)


def _refused_by_choosing(
    graph: Graph, slug: str, place: Place, key: str | None
) -> Iterator[Problem]:
    ahead, seen = list(place.exits.values()), {slug}
    while key and ahead:
        name = ahead.pop()
        follower = graph.places.get(name)
        if name in seen or follower is None or follower.node is None:
            continue
        seen.add(name)
        if follower.node.KEYS or follower.type == "language":
            chosen = {*follower.exits, *getattr(follower.node, "choices", {})}
            if key in chosen:
                said = Said(
                    "who presses {key} early, for the node {node}, goes unrecorded; "
                    "write a key that is free there",
                    key=key, node=name,
                )  # fmt: skip
                yield Problem(slug, "refuse_recording_key", said, "warning")
        elif follower.type in _PASSED_BY_KEYS or follower.node.leaves_at_once():
            ahead += follower.exits.values()


def _told_in_vain(slug: str, place: Place, settings: Any) -> Iterator[Problem]:
    """Find the keys that a standard prompt names and that do nothing, or another thing."""
    if place.type == "queue":
        played = (*settings.comfort_prompts, settings.busy_greeting)
        works: set[Any] = set(place.exits)
        field = "exits.*"
    elif place.type == "callback":
        if settings.confirm and settings.refuse_key != _GO_BACK:
            yield _told(slug, "refuse_key", "standard:callback/confirm", _GO_BACK)
        return
    else:
        field = "refuse_recording_key" if place.type == "greeting" else "finish_key"
        played, works = (getattr(settings, "prompt", None),), {getattr(settings, field, None)}
    for prompt in played:
        key = _TOLD.get(str(prompt), "")
        if key and key not in works:
            yield _told(slug, field, str(prompt), key)


def _told(slug: str, field: str, prompt: str, key: str) -> Problem:
    said = Said("`{prompt}` tells callers to press {key}", prompt=prompt, key=key)
    return Problem(slug, field, said, "warning")
