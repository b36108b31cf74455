"""A look at a whole definition: what no single node can see.

Every finding names the node and the field. Errors: exits to nowhere, loops in which the caller
never waits for anything, names of prompts, queues, calendars and flows that do not exist, no start.
Warnings: nodes that no caller reaches, hours that leave the caller no way to be heard, keys that
mean two things, variables that nothing sets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ari_app.flow.clashes import key_clashes
from ari_app.flow.languages import LANGUAGES, unspoken
from ari_app.flow.loaded import Flow, Graph, Place
from ari_app.flow.names import missing_names, missing_standard, named
from ari_app.flow.node import Node
from ari_app.flow.problem import Problem
from ari_app.flow.said import Said, meant, nearest
from ari_app.flow.variables import unset_variables

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

    def by_role(self) -> dict[str, Collection[str]]:
        """Return the names that there are, by what they name."""
        return {
            "prompt": self.prompts,
            "queue": self.queues,
            "calendar": self.calendars,
            "flow": self.flows,
            "music": self.music,
        }


def inspect(
    definition: dict[str, Any],
    surroundings: Surroundings | None,
    *,
    subflow: bool = False,
    standard: Collection[str] | None = None,
) -> list[Problem]:
    """Return what is wrong with a definition whose settings are sound one by one.

    In a ``subflow``, which no number leads to, an exit without a follower goes back to the caller's
    place in the flow that went through it. ``standard`` are the paths of the standard prompts.
    """
    graph = _graph_of(definition)
    problems = [*_entrances(graph), *_unspoken("", "language", definition.get("language"))]
    for slug, place in graph.places.items():
        if place.node is None:
            problems.append(Problem(slug, "", Said("this node cannot be read")))
            continue
        problems += [Problem(slug, name, text) for name, text in place.node.flaws()]
        for name, role, value in named(place.node, ""):
            problems += _unspoken(slug, name, value) if role == "language" else ()
        problems += _exits(graph, slug, place, place.node, surroundings)
        if not subflow:
            problems += _dead_ends(slug, place, place.node, surroundings)
        if surroundings is not None:
            problems += missing_names(slug, place.node, surroundings.by_role())
        if standard is not None:
            problems += missing_standard(slug, place.node, standard)
    problems += _unreachable(graph)
    problems += _loops(graph)
    problems += _after_hours(graph)
    problems += key_clashes(graph)
    if surroundings is not None:
        others = [each for each in surroundings.flows.values() if each != definition]
        problems += unset_variables(graph, map(_graph_of, others), anywhere=subflow)
    return problems


def open_ends(definition: Any) -> set[str]:
    """Return the exits by which a subflow can be left, as far as its settings tell."""
    graph = _graph_of(definition)
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
        graph = _graph_of(definition)
        nodes = (place.node for place in graph.places.values() if place.type == "subflow")
        gone_through |= {str(getattr(node, "flow", "")) for node in nodes}
    return gone_through - set(numbers)


def _graph_of(definition: Any) -> Graph:
    return Flow.load({"flow": "it", "definition": definition}).graphs["it"]


def _entrances(graph: Graph) -> Iterator[Problem]:
    for name, slug in (("start", graph.start), ("on_failure", graph.on_failure)):
        if slug not in graph.places and (slug or name == "start"):
            said = Said("there is no node {name}", name=slug)
            yield Problem("", name, meant(said, slug, graph.places))


def _unspoken(slug: str, place: str, language: str | None) -> Iterator[Problem]:
    if language is not None and language not in LANGUAGES:
        yield Problem(slug, place, unspoken(language))


def _exits(
    graph: Graph, slug: str, place: Place, node: Node, surroundings: Surroundings | None
) -> Iterator[Problem]:
    known = _known_exits(place, node, surroundings)
    meant_for = _misspelt(place, node, surroundings)
    for name, target in place.exits.items():
        field = f"exits.{name}"
        if target not in graph.places:
            said = Said("leads to {target}, which does not exist", target=target)
            yield Problem(slug, field, meant(said, target, graph.places))
        if name in known or _is_key(name, node):
            continue
        said = Said("is never taken")
        if name in meant_for:
            near = meant_for[name]
            said = Said("{sentence}; did you mean `{near}`?", sentence=said, near=near)
            yield Problem(slug, field, said)
        elif node.KEYS and set(name) <= set(KEYS):
            said = Said(
                "a {type} hears one key, and so never `{exit}`; several keys are for `collect`",
                type=place.type, exit=name,
            )  # fmt: skip
            yield Problem(slug, field, said)
        elif not node.OPEN:
            yield Problem(slug, field, said, "warning")


def _is_key(name: str, node: Node) -> bool:
    return node.KEYS and len(name) == 1 and name in KEYS


def _known_exits(place: Place, node: Node, surroundings: Surroundings | None) -> set[str]:
    """Return the exits that can be taken, those too that a calendar or a subflow adds."""
    known = _own_exits(place, node, surroundings)
    if surroundings is not None and place.type == "hours":
        calendar = surroundings.calendars.get(getattr(node, "calendar", ""), {})
        known |= {str(each.get("exit", "")) for each in calendar.get("exceptions", ())}
    return known


def _own_exits(place: Place, node: Node, surroundings: Surroundings | None) -> set[str]:
    known = set(node.exits())
    if surroundings is not None and place.type == "subflow":
        known |= open_ends(surroundings.flows.get(getattr(node, "flow", "")))
    return known


def _misspelt(place: Place, node: Node, surroundings: Surroundings | None) -> dict[str, str]:
    """Return the exits that nobody takes, and the missing one that each was meant for."""
    known = _known_exits(place, node, surroundings)
    missing = _own_exits(place, node, surroundings) - set(place.exits)
    unknown = (name for name in place.exits if name not in known and not _is_key(name, node))
    return {name: near for name in unknown if (near := nearest(name, missing))}


def _dead_ends(
    slug: str, place: Place, node: Node, surroundings: Surroundings | None
) -> Iterator[Problem]:
    needed = list(_loose(place, node))
    if place.type == "subflow" and surroundings is not None:
        ends = open_ends(surroundings.flows.get(getattr(node, "flow", "")))
        needed = ["done"] if ends - set(place.exits) and "done" not in place.exits else []
    misspelt = _misspelt(place, node, surroundings).values()
    for name in needed:
        if name in misspelt:
            continue
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
