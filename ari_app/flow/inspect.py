"""A look at a whole definition: what no single node can see.

Every finding names the node and the field. Errors: exits to nowhere, loops in which the caller
never waits for anything, names of prompts, queues, calendars and flows that do not exist, no start.
Warnings: nodes that no caller reaches, hours that leave the caller no way to be heard, keys that
mean two things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from ari_app.flow.clashes import key_clashes
from ari_app.flow.languages import LANGUAGES, unspoken
from ari_app.flow.loaded import Flow, Graph, Place
from ari_app.flow.node import Node
from ari_app.flow.problem import Problem
from ari_app.flow.said import Said, meant, nearest
from ari_app.flow.setting import Text

KEYS = "0123456789*#"
_HEARD = ("queue", "voicemail", "message", "callback", "transfer")
"""Types by which a caller reaches somebody."""


@dataclass(frozen=True)
class Surroundings:
    """What else there is: slugs, for calendars and flows their JSON; and Asterisk's music."""

    prompts: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    calendars: dict[str, Any] = field(default_factory=dict)
    flows: dict[str, Any] = field(default_factory=dict)
    music: frozenset[str] = frozenset({"default"})


def inspect(
    definition: dict[str, Any], surroundings: Surroundings | None, *, subflow: bool = False
) -> list[Problem]:
    """Return what is wrong with a definition whose settings are sound one by one.

    In a ``subflow``, which no number leads to, an exit without a follower goes back to the caller's
    place in the flow that went through it.
    """
    graph = Flow.load({"flow": "it", "definition": definition}).graphs["it"]
    problems = [*_entrances(graph), *_unspoken("", "language", definition.get("language"))]
    for slug, place in graph.places.items():
        if place.node is None:
            problems.append(Problem(slug, "", Said("this node cannot be read")))
            continue
        problems += [Problem(slug, name, text) for name, text in place.node.flaws()]
        for name, role, value in _roles(place.node, ""):
            problems += _unspoken(slug, name, value) if role == "language" else ()
        problems += _exits(graph, slug, place, place.node)
        if not subflow:
            problems += _dead_ends(slug, place, place.node, surroundings)
        if surroundings is not None:
            problems += _names(slug, place.node, surroundings)
    problems += _unreachable(graph)
    problems += _loops(graph)
    problems += _after_hours(graph)
    problems += key_clashes(graph)
    return problems


def open_ends(definition: Any) -> set[str]:
    """Return the exits by which a subflow can be left, as far as its settings tell."""
    graph = Flow.load({"flow": "it", "definition": definition}).graphs["it"]
    found = set()
    for place in graph.places.values():
        if place.node is not None:
            found |= set(_loose(place, place.node))
    return found


def subflows(flows: Mapping[str, Any], numbers: Iterable[str]) -> set[str]:
    """Return the flows through which others go and to which no number leads.

    ``flows`` are definitions by slug, ``numbers`` the flows of the client's numbers.
    """
    gone_through = set()
    for definition in flows.values():
        graph = Flow.load({"flow": "it", "definition": definition}).graphs["it"]
        nodes = (place.node for place in graph.places.values() if place.type == "subflow")
        gone_through |= {str(getattr(node, "flow", "")) for node in nodes}
    return gone_through - set(numbers)


def _entrances(graph: Graph) -> Iterator[Problem]:
    for name, slug in (("start", graph.start), ("on_failure", graph.on_failure)):
        if slug not in graph.places and (slug or name == "start"):
            said = Said("there is no node {name}", name=slug)
            yield Problem("", name, meant(said, slug, graph.places))


def _unspoken(slug: str, place: str, language: str | None) -> Iterator[Problem]:
    if language is not None and language not in LANGUAGES:
        yield Problem(slug, place, unspoken(language))


def _exits(graph: Graph, slug: str, place: Place, node: Node) -> Iterator[Problem]:
    known = node.exits()
    for name, target in place.exits.items():
        if target not in graph.places:
            said = Said("leads to {target}, which does not exist", target=target)
            yield Problem(slug, f"exits.{name}", meant(said, target, graph.places))
        if name not in known and not _is_key(name, node) and not node.OPEN:
            yield _never(slug, name, place, node)


def _is_key(name: str, node: Node) -> bool:
    return node.KEYS and len(name) == 1 and name in KEYS


def _never(slug: str, name: str, place: Place, node: Node) -> Problem:
    """Say that an exit is never taken: an error when it stands for one that is missing."""
    field = f"exits.{name}"
    if node.KEYS and name and set(name) <= set(KEYS):
        said = Said("a {type} hears one key, and so never `{exit}`; several keys are for `collect`",
                    type=place.type, exit=name)  # fmt: skip
        return Problem(slug, field, said)
    near = nearest(name, set(node.exits()) - set(place.exits))
    said = Said("is never taken")
    if near is None:
        return Problem(slug, field, said, "warning")
    return Problem(
        slug, field, Said("{sentence}; did you mean `{near}`?", sentence=said, near=near)
    )


def _dead_ends(
    slug: str, place: Place, node: Node, surroundings: Surroundings | None
) -> Iterator[Problem]:
    misspelt = {nearest(name, set(node.exits()) - set(place.exits))
                for name in set(place.exits) - set(node.exits()) if not node.OPEN}  # fmt: skip
    needed = [name for name in _loose(place, node) if name not in misspelt]
    if place.type == "subflow" and surroundings is not None:
        ends = open_ends(surroundings.flows.get(getattr(node, "flow", "")))
        needed = ["done"] if ends - set(place.exits) and "done" not in place.exits else []
    for name in needed:
        if name == "max_tries":
            said = Said("the {type} has no way on after its last round; add `max_tries: NODE`",
                        type=place.type)  # fmt: skip
        else:
            said = Said("the {type} has no way on by its exit `{exit}`; add `{exit}: NODE`",
                        type=place.type, exit=name)  # fmt: skip
        yield Problem(slug, f"exits.{name}", said)


def _loose(place: Place, node: Node) -> Iterator[str]:
    """Yield the exits that can be taken, lead nowhere, and are no end of a call."""
    known = node.exits()
    for name, each in known.items():
        if name in node.never_taken(place.exits):
            continue
        last = name
        while last not in place.exits and last in known and known[last].instead:
            last = known[last].instead
        if last == name and name not in place.exits and not each.ends:
            yield name


def _names(slug: str, node: Node, surroundings: Surroundings) -> Iterator[Problem]:
    known: dict[str, Iterable[str]] = {
        "prompt": surroundings.prompts,
        "queue": surroundings.queues,
        "calendar": surroundings.calendars,
        "flow": surroundings.flows,
        "music": surroundings.music,
    }
    for place, role, name in _roles(node, ""):
        if role in known and name not in known[role] and not name.startswith("standard:"):
            said = _MISSING[role](name)
            severity = "warning" if role == "music" else "error"
            yield Problem(slug, place, meant(said, name, known[role]), severity)


_MISSING: dict[str, Callable[[str], Said]] = {
    "prompt": lambda name: Said("there is no prompt {name}", name=name),
    "queue": lambda name: Said("there is no queue {name}", name=name),
    "calendar": lambda name: Said("there is no calendar {name}", name=name),
    "flow": lambda name: Said("there is no flow {name}", name=name),
    "music": lambda name: Said("there is no music {name}; callers hear `default`", name=name),
}


def _roles(settings: Any, before: str) -> Iterator[tuple[str, str, str]]:
    """Yield field, role and name of each setting that names something of the client."""
    hints = get_type_hints(type(settings), include_extras=True)
    for each in fields(settings):
        yield from _roles_in(hints[each.name], getattr(settings, each.name), before + each.name)


def _roles_in(annotation: Any, value: Any, place: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        role = next((text.role for text in _texts(annotation) if text.role), "")
        yield place, role, value
    elif isinstance(value, tuple):
        for n, member in enumerate(value):
            yield from _roles_in(annotation, member, f"{place}.{n}")
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _roles_in(_of_members(annotation), member, f"{place}.{name}")
    elif is_dataclass(value):
        yield from _roles(value, f"{place}.")


def _of_members(annotation: Any) -> Any:
    """Return what a table's annotation says of its values."""
    while get_origin(annotation) is not dict:
        annotation = get_args(annotation)[0]
    return get_args(annotation)[1]


def _texts(annotation: Any) -> Iterator[Text]:
    yield from (each for each in getattr(annotation, "__metadata__", ()) if isinstance(each, Text))
    for inner in get_args(annotation):
        if inner is not annotation:
            yield from _texts(inner)


def _reached(graph: Graph, starts: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    ahead = [slug for slug in starts if slug in graph.places]
    while ahead:
        slug = ahead.pop()
        if slug not in reached:
            reached.add(slug)
            ahead += [each for each in graph.places[slug].exits.values() if each in graph.places]
    return reached


def _unreachable(graph: Graph) -> list[Problem]:
    reached = _reached(graph, (graph.start, graph.on_failure))
    return [
        Problem(slug, "", Said("is never reached"), "warning")
        for slug in graph.places
        if slug not in reached
    ]


def _loops(graph: Graph) -> Iterator[Problem]:
    """Find nodes that come back to themselves through nodes without a wait."""
    for slug, place in graph.places.items():
        seen: set[str] = set()
        ahead = [slug] if _is_instant(place) else []
        while ahead:
            for target in graph.places[ahead.pop()].exits.values():
                follower = graph.places.get(target)
                if follower is None or not _is_instant(follower) or target in seen:
                    continue
                seen.add(target)
                ahead.append(target)
        if slug in seen:
            yield Problem(slug, "exits", Said("comes back here without ever waiting for anything"))


def _is_instant(place: Place) -> bool:
    return place.node is not None and place.node.leaves_at_once()


def _after_hours(graph: Graph) -> Iterator[Problem]:
    for slug, place in graph.places.items():
        if place.type != "hours":
            continue
        for name in ("closed", "holiday"):
            target = place.exits.get(name)
            reached = _reached(graph, [target]) if target else set()
            if target and not any(graph.places[each].type in _HEARD for each in reached):
                text = Said("leaves the caller no way to be heard: no queue, message or callback")
                yield Problem(slug, f"exits.{name}", text, "warning")
